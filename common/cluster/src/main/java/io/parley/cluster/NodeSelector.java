// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How nodes are chosen for new rooms; LiveKit's {@code node_selector}.
 *
 * @param cpuLoadLimit share of a node's cores in use, 0 to 1, above which it is busy; for {@link Kind#CPULOAD}
 * @param sysloadLimit load average of a minute by core, above which it is busy; for {@link Kind#SYSLOAD} and
 *     {@link Kind#REGIONAWARE}
 * @param regions where regions are, for {@link Kind#REGIONAWARE}
 */
public record NodeSelector(
        Kind kind, SortBy sortBy, Algorithm algorithm, double cpuLoadLimit, double sysloadLimit, List<Region> regions) {
    /** Ours; LiveKit's takes any node. */
    public static final NodeSelector DEFAULT =
            new NodeSelector(Kind.CPULOAD, SortBy.CLIENTS, Algorithm.TWOCHOICE, 0.9, 0.9, List.of());

    private static final double EARTH_RADIUS_KM = 6_371;

    public NodeSelector {
        regions = List.copyOf(regions);
    }

    /** Which nodes get no new rooms while others can take them, beside full ones and those of other regions. */
    public enum Kind {
        /** None. */
        ANY,
        CPULOAD,
        SYSLOAD,

        /** Like {@link #SYSLOAD}, and those of regions that are farther away. */
        REGIONAWARE
    }

    /** Of two nodes, the one with less of this is better. */
    public enum SortBy {
        RANDOM,
        SYSLOAD,
        CPULOAD,
        ROOMS,

        /** Participants by core. */
        CLIENTS,
        TRACKS,
        BYTESPERSEC
    }

    public enum Algorithm {
        /** The best of all. Announcements are half a second old, so that it gets all rooms of that time. */
        LOWEST,

        /** The better of two drawn by lot. */
        TWOCHOICE
    }

    /** @param lat degrees north @param lon degrees east */
    public record Region(String name, double lat, double lon) {
        /** Along the surface (the haversine formula), in km. */
        double distanceKm(Region other) {
            double dLat = Math.toRadians(other.lat - lat) / 2;
            double dLon = Math.toRadians(other.lon - lon) / 2;
            double a = Math.pow(Math.sin(dLat), 2)
                    + Math.cos(Math.toRadians(lat)) * Math.cos(Math.toRadians(other.lat)) * Math.pow(Math.sin(dLon), 2);
            return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(a)));
        }
    }

    /** How far a region's nodes are; the own region, however it is called, comes first, and unknown ones last. */
    double distanceKm(String own, String other) {
        if (own.equals(other)) {
            return -1;
        }
        Optional<Region> here = region(own);
        Optional<Region> there = region(other);
        return kind == Kind.REGIONAWARE && here.isPresent() && there.isPresent()
                ? here.get().distanceKm(there.get())
                : Double.MAX_VALUE;
    }

    private Optional<Region> region(String name) {
        return regions.stream().filter(region -> region.name().equals(name)).findFirst();
    }

    /** Why a node gets no new rooms while others can take them; or null. */
    @Nullable
    String burden(NodeRecord node) {
        NodeLoad load = node.load();
        if (load.isFull()) {
            return "is full";
        }
        double system = load.system(node.cores());
        return switch (kind) {
            case ANY -> null;
            case CPULOAD -> load.cpu() > cpuLoadLimit ? busy("CPU", load.cpu(), cpuLoadLimit) : null;
            case SYSLOAD, REGIONAWARE -> system > sysloadLimit ? busy("load", system, sysloadLimit) : null;
        };
    }

    private static String busy(String what, double share, double limit) {
        return "is busy (%s %.0f %% > %.0f %%)".formatted(what, share * 100, limit * 100);
    }

    /** @param pendingRooms given to the node since its announcement */
    double cost(NodeRecord node, int pendingRooms) {
        NodeLoad load = node.load();
        return switch (sortBy) {
            case RANDOM -> 0;
            case SYSLOAD -> load.system(node.cores());
            case CPULOAD -> load.cpu();
            case ROOMS -> load.rooms() + pendingRooms;
            // A room that is on its way there counts as one participant, an empty one as a tenth.
            case CLIENTS -> (load.participants() + 0.1 * load.rooms() + pendingRooms) / Math.max(1, node.cores());
            case TRACKS -> load.tracks() + pendingRooms;
            case BYTESPERSEC -> load.bytesPerSec();
        };
    }
}
