// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Datagrams between hosts of a simulation, with loss, duplicates, delay and reordering. */
public final class SimulatedNetwork {
    /** A host's socket. */
    public interface Receiver {
        void onDatagram(InetSocketAddress from, byte[] buf, int off, int len);
    }

    /**
     * @param lossPercent of datagrams that vanish
     * @param duplicatePercent of datagrams that come twice
     * @param delayMs least one-way delay
     * @param jitterMs most that is added to it; above zero, datagrams overtake each other
     */
    public record Link(double lossPercent, double duplicatePercent, int delayMs, int jitterMs) {
        public static final Link PERFECT = new Link(0, 0, 1, 0);
        public static final Link ROUGH = new Link(5, 2, 10, 15);
    }

    private final Simulation simulation;
    private final Choices choices;
    private final Map<InetSocketAddress, Receiver> hosts = new HashMap<>();
    private Link link;

    public SimulatedNetwork(Simulation simulation, Link link) {
        this.simulation = simulation;
        this.choices = simulation.choices().fork();
        this.link = link;
    }

    public void attach(InetSocketAddress address, Receiver receiver) {
        hosts.put(address, receiver);
    }

    public void detach(InetSocketAddress address) {
        hosts.remove(address);
    }

    public void setLink(Link changed) {
        link = changed;
    }

    public void send(InetSocketAddress from, InetSocketAddress to, byte[] buf, int off, int len) {
        simulation.observe(buf, off, len);
        int copies = choices.percent(link.lossPercent) ? 0 : 1;
        copies += choices.percent(link.duplicatePercent) ? 1 : 0;
        byte[] datagram = Arrays.copyOfRange(buf, off, off + len);
        for (int i = 0; i < copies; i++) {
            int delayMs = link.delayMs + choices.between(0, link.jitterMs);
            simulation.after(delayMs, () -> {
                Receiver receiver = hosts.get(to);
                if (receiver != null) {
                    // With room behind, as the real edge has: unprotecting may write a few bytes there.
                    byte[] copy = Arrays.copyOf(datagram, datagram.length + 64);
                    receiver.onDatagram(from, copy, 0, datagram.length);
                }
            });
        }
    }
}
