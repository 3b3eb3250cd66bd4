// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.message.AgentPort;
import io.parley.engine.message.RoomView;
import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.shard.Histogram;
import io.parley.engine.shard.PeerFactory;
import io.parley.engine.shard.Shard;
import io.parley.engine.shard.ShardSettings;
import io.parley.engine.signal.SignalInput;
import io.parley.engine.track.MediaPacket;
import io.parley.net.LoopHandler;
import io.parley.net.MediaLoop;
import io.parley.net.UdpEdge;
import io.parley.rtc.buf.Outbox;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.dtls.BouncyCastleHandshake;
import io.parley.rtc.ice.IceSettings;
import io.parley.rtc.peer.PeerCounter;
import io.parley.rtc.sdp.Candidate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import livekit.LivekitModels.ServerInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One shard on its loop with its sockets, and the rings that other shards' packets come in by. */
final class ShardLoop implements LoopHandler, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ShardLoop.class);
    private static final int OUTBOX_SLOTS = 256;
    private static final int TOP_LOCAL_PREFERENCE = 65535;

    private final int index;
    private final UdpEdge edge = new UdpEdge();
    private final MediaLoop loop;
    private final RelayRing[] inbound;

    /** What other shards, and this one, have to say; by sender. */
    private final List<ShardMailbox> mailboxes = new ArrayList<>();

    private final MediaPacket relayed = new MediaPacket();
    /** From the read of a batch to the end of its write, by RTP packet that it sent, ns. */
    private final Histogram forwardLatency = new Histogram(
            50_000,
            100_000,
            200_000,
            500_000,
            1_000_000,
            2_000_000,
            5_000_000,
            10_000_000,
            20_000_000,
            50_000_000,
            100_000_000);

    /** The longest that the loop was busy at a stretch since somebody asked, ns. */
    private final AtomicLong busiestNs = new AtomicLong();

    /** RTP packets sent until the end of the last batch. */
    private long sentBefore;

    private volatile @Nullable Shard shard;

    ShardLoop(int index, int shards) {
        this.index = index;
        this.loop = new MediaLoop("shard-" + index, this, this::onBug);
        this.inbound = new RelayRing[shards];
        for (int from = 0; from < shards; from++) {
            inbound[from] = new RelayRing();
            mailboxes.add(mailboxFrom(from));
        }
    }

    private void onBug(Throwable e) {
        log.atError().addKeyValue("shard", index).setCause(e).log("shard failed to handle an input");
    }

    /** Binds the sockets and begins to serve. @throws IllegalArgumentException if an address is taken */
    void start(
            NodeSettings settings,
            ServerInfo server,
            CertificatePool certificates,
            RoomRegistrar rooms,
            RoomEvents events,
            AgentPort agents,
            List<ShardLoop> all) {
        List<InetAddress> addresses = settings.addresses();
        int port = settings.udpPort() == 0 ? 0 : settings.udpPort() + index;
        try {
            edge.open(loop, this, addresses, port);
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + ". Stop what uses the port, or set parley.rtc.udp-port", e);
        }
        ShardSettings shardSettings = new ShardSettings(
                index,
                candidates(edge.localAddresses(), settings),
                server,
                settings.rooms(),
                settings.limits().seat());
        ShardPort portToOthers = new Port(all, rooms, events, agents);
        RandomGenerator random = new SecureRandom();
        loop.tryExecute(nowNs -> shard = new Shard(
                shardSettings,
                portToOthers,
                new PeerFactory(
                        IceSettings.DEFAULT,
                        BouncyCastleHandshake.factory(),
                        certificates,
                        Ciphers.best(),
                        new Outbox(OUTBOX_SLOTS, edge),
                        random),
                random,
                System::currentTimeMillis,
                sid -> wakeUp((atNs, target) -> target.onWakeUp(atNs, sid)),
                this::onBug));
    }

    /** What clients are told: where the sockets are, or where the configuration says that they can be reached. */
    private List<Candidate> candidates(List<InetSocketAddress> bound, NodeSettings settings) {
        int boundPort = bound.getFirst().getPort();
        int port = settings.advertisedUdpPort() == 0 ? boundPort : settings.advertisedUdpPort() + index;
        List<InetAddress> addresses = settings.advertised().isEmpty()
                ? bound.stream().map(InetSocketAddress::getAddress).toList()
                : settings.advertised();
        List<Candidate> candidates = new ArrayList<>();
        for (InetAddress address : addresses) {
            candidates.add(Candidate.udpHost(
                    String.valueOf(candidates.size() + 1),
                    address.getHostAddress(),
                    port,
                    TOP_LOCAL_PREFERENCE - candidates.size()));
        }
        return candidates;
    }

    /** A command for the shard. */
    interface Command {
        void run(long nowNs, Shard shard);
    }

    /** @return false if the loop's queue is full */
    boolean tryExecute(Command command) {
        return loop.tryExecute(task(command));
    }

    /** Runs what each source has at most one of under way, even if the queue is full. */
    void wakeUp(Command command) {
        loop.wakeUp(task(command));
    }

    private LongConsumer task(Command command) {
        return nowNs -> {
            Shard target = shard;
            if (target != null) {
                command.run(nowNs, target);
            }
        };
    }

    /** On the loop. */
    void onSignal(long nowNs, ParticipantSid sid, SignalInput input) {
        Shard target = shard;
        if (target != null) {
            target.onSignal(nowNs, sid, input);
        }
    }

    /** Smallest of the buffers that the system granted. */
    int socketBufferBytes() {
        return edge.socketBufferBytes();
    }

    int udpPort() {
        return edge.localAddresses().getFirst().getPort();
    }

    /** Any thread may read it. */
    Histogram forwardLatency() {
        return forwardLatency;
    }

    /** The longest that the loop was busy at a stretch since the last call, ns. */
    long takeBusiestNs() {
        return busiestNs.getAndSet(0);
    }

    long refusedCommands() {
        return loop.refusedCommands();
    }

    /** Packets of other shards' tracks that found their ring full. */
    long droppedRelayPackets() {
        return Arrays.stream(inbound).mapToLong(RelayRing::dropped).sum();
    }

    long lostMessages() {
        return mailboxes.stream().mapToLong(ShardMailbox::lostControl).sum();
    }

    long droppedMessages() {
        return mailboxes.stream().mapToLong(ShardMailbox::droppedLossy).sum();
    }

    long unsentDatagrams() {
        return edge.droppedDatagrams();
    }

    /** Null until the shard has started; only its counters may be read by other threads. */
    @Nullable
    Shard shard() {
        return shard;
    }

    /** On the loop. */
    ShardDump dump(Shard target) {
        return ShardDump.of(target, refusedCommands(), unsentDatagrams());
    }

    @Override
    public void onDatagram(long nowNs, int local, InetSocketAddress remote, byte[] buf, int off, int len) {
        Shard target = shard;
        if (target == null) {
            return;
        }
        try {
            target.onDatagram(nowNs, local, remote, buf, off, len);
        } catch (RuntimeException | Error e) {
            onBug(e); // and the next datagram of the batch is handled
        }
    }

    @Override
    public void onBatchEnd(long nowNs) {
        Shard target = shard;
        if (target == null) {
            return;
        }
        target.drain();
        long busyNs = MediaLoop.nowNs() - nowNs;
        long sent = target.peerCounters().get(PeerCounter.PACKETS_OUT);
        if (sent > sentBefore) {
            forwardLatency.record(busyNs, sent - sentBefore);
            sentBefore = sent;
        }
        if (busyNs > busiestNs.get()) {
            busiestNs.set(busyNs);
        }
    }

    @Override
    public long nextDeadlineNs() {
        Shard target = shard;
        return target == null ? Long.MAX_VALUE : target.nextDeadlineNs();
    }

    @Override
    public void onDeadline(long nowNs) {
        Shard target = shard;
        if (target != null) {
            target.onDeadline(nowNs);
        }
    }

    private void drainRelay(int from) {
        RelayRing ring = inbound[from];
        wakeUp((nowNs, target) ->
                ring.drain(relayed, (handle, packet) -> target.onRelayPacket(nowNs, handle, packet), this::onBug));
    }

    private ShardMailbox mailboxFrom(int from) {
        return new ShardMailbox(loop::wakeUp, new ShardMailbox.Receiver() {
            @Override
            public void onMessage(long nowNs, ShardMessage message) {
                Shard target = shard;
                if (target != null) {
                    target.onMessage(nowNs, message);
                }
            }

            @Override
            public void onMessagesLost(long nowNs) {
                log.atWarn()
                        .addKeyValue("shard", index)
                        .addKeyValue("from", from)
                        .log("messages of another shard were lost: what spans the two begins anew");
                Shard target = shard;
                if (target != null) {
                    target.onMessagesLost(nowNs, from);
                }
            }
        });
    }

    @Override
    public void close() {
        loop.close();
    }

    /** This shard's way to the others, itself included: a message to itself is handled after the present input. */
    private final class Port implements ShardPort {
        private final List<ShardLoop> all;
        private final RoomRegistrar rooms;
        private final RoomEvents events;
        private final AgentPort agents;

        Port(List<ShardLoop> all, RoomRegistrar rooms, RoomEvents events, AgentPort agents) {
            this.all = all;
            this.rooms = rooms;
            this.events = events;
            this.agents = agents;
        }

        @Override
        public void emit(RoomEvent event) {
            events.emit(event);
        }

        @Override
        public AgentPort agents() {
            return agents;
        }

        @Override
        public void publish(RoomName room, RoomView view) {
            rooms.publish(room, view);
        }

        @Override
        public void withdraw(RoomName room, long epoch) {
            rooms.withdraw(room, epoch);
        }

        @Override
        public void send(int target, ShardMessage message) {
            all.get(target).mailboxes.get(index).send(message);
        }

        @Override
        public boolean sendLossy(int target, Object source, int sizeBytes, ShardMessage message) {
            return all.get(target).mailboxes.get(index).sendLossy(source, sizeBytes, message);
        }

        @Override
        public void relay(int target, int handle, MediaPacket packet) {
            ShardLoop other = all.get(target);
            if (other.inbound[index].offer(handle, packet)) {
                other.drainRelay(index);
            }
        }
    }
}
