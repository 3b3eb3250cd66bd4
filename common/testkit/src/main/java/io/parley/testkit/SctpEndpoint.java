// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import io.parley.rtc.sctp.SctpAssociation;
import io.parley.rtc.sctp.SctpEvent;
import io.parley.rtc.sctp.SctpSettings;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** An association on a simulated network, without DTLS between; keeps what it is told. */
public final class SctpEndpoint implements SimulatedNetwork.Receiver {
    private final Simulation simulation;
    private final SimulatedNetwork network;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final byte[] scratch = new byte[1500];
    private long scheduledNs = Long.MAX_VALUE;
    public final SctpAssociation association;
    public final List<SctpEvent> events = new ArrayList<>();
    public final List<SctpEvent.Message> messages = new ArrayList<>();

    /** While set, messages are left with the association. */
    public boolean isReadingPaused;

    public SctpEndpoint(
            Simulation simulation, SimulatedNetwork network, InetSocketAddress local, InetSocketAddress remote) {
        this.simulation = simulation;
        this.network = network;
        this.local = local;
        this.remote = remote;
        this.association = new SctpAssociation(SctpSettings.DEFAULT, simulation.choices());
        network.attach(local, this);
    }

    @Override
    public void onDatagram(InetSocketAddress from, byte[] buf, int off, int len) {
        association.onPacket(simulation.nowNs(), buf, off, len);
        drain();
    }

    /** After each call on the association. */
    public void drain() {
        for (SctpEvent event = association.pollEvent(); event != null; event = association.pollEvent()) {
            events.add(event);
        }
        if (!isReadingPaused) {
            for (SctpEvent.Message m = association.pollMessage(); m != null; m = association.pollMessage()) {
                messages.add(m);
            }
        }
        long nowNs = simulation.nowNs();
        for (int len = association.pollTransmit(nowNs, scratch, 0);
                len >= 0;
                len = association.pollTransmit(nowNs, scratch, 0)) {
            network.send(local, remote, scratch, 0, len);
        }
        long deadlineNs = association.nextDeadlineNs();
        if (deadlineNs < scheduledNs) {
            scheduledNs = deadlineNs;
            simulation.at(deadlineNs, () -> {
                scheduledNs = Long.MAX_VALUE;
                association.onDeadline(simulation.nowNs());
                drain();
            });
        }
    }
}
