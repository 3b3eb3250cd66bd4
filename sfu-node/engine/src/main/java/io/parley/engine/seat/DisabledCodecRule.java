// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.signal.ClientPlatform;
import io.parley.api.signal.SdkVersion;
import io.parley.rtc.rtp.codec.PayloadCodec;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import livekit.LivekitModels.ClientInfo;

/**
 * A codec that some clients offer and fail on. All rules that fit a client apply (LiveKit's static client configurations, as
 * of 1.13.11).
 *
 * @param disabled neither sent nor received
 * @param unpublished received, but not sent
 */
record DisabledCodecRule(Predicate<ClientInfo> fits, Set<PayloadCodec> disabled, Set<PayloadCodec> unpublished) {
    private static final SdkVersion LAST_SAFARI_WITH_VP9 = SdkVersion.of("18.3");

    private static final List<DisabledCodecRule> ALL = List.of(
            new DisabledCodecRule(DisabledCodecRule::isRedmiNote11, Set.of(), Set.of(PayloadCodec.H264)),
            new DisabledCodecRule(
                    client -> ClientPlatform.isFirefox(client) && ClientPlatform.isAndroid(client),
                    Set.of(),
                    Set.of(PayloadCodec.H264)),
            new DisabledCodecRule(ClientPlatform::isFirefox, Set.of(PayloadCodec.AV1), Set.of()),
            new DisabledCodecRule(ClientPlatform::isSafari, Set.of(PayloadCodec.AV1), Set.of()),
            new DisabledCodecRule(
                    client -> ClientPlatform.isSafari(client)
                            && SdkVersion.of(client.getBrowserVersion()).compareTo(LAST_SAFARI_WITH_VP9) > 0,
                    Set.of(),
                    Set.of(PayloadCodec.VP9)));

    static List<DisabledCodecRule> of(ClientInfo client) {
        return ALL.stream().filter(rule -> rule.fits.test(client)).toList();
    }

    /** The Android SDK puts the maker before the model, and a browser does not. */
    private static boolean isRedmiNote11(ClientInfo client) {
        String model = client.getDeviceModel().toLowerCase(Locale.ROOT);
        return ClientPlatform.isAndroid(client) && (model.equals("xiaomi 2201117ti") || model.equals("2201117ti"));
    }
}
