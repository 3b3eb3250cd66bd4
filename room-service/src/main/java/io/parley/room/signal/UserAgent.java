// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The browser, system and device that a User-Agent header names, under the names of uap-core, which LiveKit uses: rules for
 * clients go by them. What is not recognized is "". Anybody writes such headers: only their beginning is read, and each
 * expression takes time in proportion to it.
 */
record UserAgent(String browser, String browserVersion, String os, String osVersion, String deviceModel) {
    private static final int MAX_LENGTH = 512;

    /** Some call themselves what they are not as well, so the first that matches counts. The version is group 1, if any. */
    private record Name(String name, Pattern pattern) {
        static Name of(String name, String regex) {
            return new Name(name, Pattern.compile(regex));
        }
    }

    private static final String VERSION = "([0-9.]{1,20})";

    private static final List<Name> BROWSERS = List.of(
            Name.of("OBS Studio", "OBS-Studio/" + VERSION),
            Name.of("Firefox iOS", "\\bFxiOS/" + VERSION),
            Name.of("Firefox Mobile", "\\b(?:Android|Mobile|Tablet)\\b.{0,100}\\bFirefox/" + VERSION),
            Name.of("Firefox", "\\bFirefox/" + VERSION),
            Name.of("Edge", "\\bEdg(?:e|A|iOS)?/" + VERSION),
            Name.of("Opera", "\\bOPR/" + VERSION),
            Name.of("Samsung Internet", "\\bSamsungBrowser/" + VERSION),
            Name.of("Chrome Mobile iOS", "\\bCriOS/" + VERSION),
            Name.of("HeadlessChrome", "\\bHeadlessChrome/" + VERSION),
            Name.of("Chrome Mobile", "\\bChrome/" + VERSION + " Mobile\\b"),
            Name.of("Chrome", "\\bChrome/" + VERSION),
            Name.of("Mobile Safari", "\\bVersion/" + VERSION + " Mobile/\\w{1,20} Safari/"),
            Name.of("Safari", "\\bVersion/" + VERSION + " Safari/"));

    private static final List<Name> SYSTEMS = List.of(
            Name.of("Windows", "\\bWindows NT " + VERSION),
            Name.of("Android", "\\bAndroid(?: " + VERSION + ")?"),
            Name.of("iOS", "\\b(?:iPhone OS|CPU OS) ([0-9_]{1,20})"),
            Name.of("Mac OS X", "\\bMac OS X ([0-9_.]{1,20})"),
            Name.of("Chrome OS", "\\bCrOS\\b"),
            Name.of("Linux", "\\bLinux\\b"));

    /** Chrome says "K" for all of them, and Firefox what kind of device it is. */
    private static final Pattern ANDROID_MODEL =
            Pattern.compile("\\bAndroid [^;)]{1,20}; (?!K\\)|Mobile|Tablet)([^;)]{1,64})");

    private static final Pattern APPLE_MODEL = Pattern.compile("\\((iPhone|iPad|iPod)");

    static UserAgent parse(String header) {
        String text = header.substring(0, Math.min(header.length(), MAX_LENGTH));
        Found browser = find(BROWSERS, text);
        Found os = find(SYSTEMS, text);
        return new UserAgent(browser.name, browser.version, os.name, os.version.replace('_', '.'), model(text));
    }

    private record Found(String name, String version) {}

    private static Found find(List<Name> names, String text) {
        for (Name name : names) {
            Matcher matcher = name.pattern.matcher(text);
            if (matcher.find()) {
                @Nullable String version = matcher.groupCount() == 0 ? null : matcher.group(1);
                return new Found(name.name, version == null ? "" : version);
            }
        }
        return new Found("", "");
    }

    private static String model(String text) {
        Matcher android = ANDROID_MODEL.matcher(text);
        if (android.find()) {
            String model = android.group(1);
            int build = model.indexOf(" Build/");
            return build < 0 ? model : model.substring(0, build);
        }
        Matcher apple = APPLE_MODEL.matcher(text);
        return apple.find() ? apple.group(1) : "";
    }
}
