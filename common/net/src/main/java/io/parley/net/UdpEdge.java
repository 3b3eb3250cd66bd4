// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.buf.Slot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The UDP sockets of one loop, one for each local address, all on one port: reads and writes go in batches (recvmmsg,
 * sendmmsg). A socket for each address answers from the address that was asked, which a wildcard socket may not.
 */
public final class UdpEdge implements Outbox.Sink {
    /** What a socket should hold for the loop, and for the network, when either is late: some 20 ms of a gigabit. */
    public static final int SOCKET_BUFFER_BYTES = 4 << 20;

    /** Linux reports twice what may be asked for, the half being for its own accounts. */
    private static final int REPORTED_PER_BYTE = System.getProperty("os.name").equals("Linux") ? 2 : 1;

    private static final int READ_BATCH = 64;

    /** What may wait in user space for a socket: well above what one flush carries. */
    private static final WriteBufferWaterMark QUEUED_BYTES = new WriteBufferWaterMark(2 << 20, 4 << 20);

    private final List<Channel> channels = new ArrayList<>();
    private boolean[] isDirty = new boolean[0];
    private long dropped;

    /**
     * Binds the sockets and begins to read.
     *
     * @param port the same for every address, or 0 for any free one
     * @throws IllegalStateException if an address can't be bound; its message names it
     */
    public void open(MediaLoop loop, LoopHandler handler, List<InetAddress> addresses, int port) {
        for (InetAddress address : addresses) {
            int local = channels.size();
            Bootstrap bootstrap = new Bootstrap()
                    .group(loop.eventLoop())
                    .channel(MediaLoop.isNative() ? EpollDatagramChannel.class : NioDatagramChannel.class)
                    .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                    .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, QUEUED_BYTES)
                    .handler(new Reader(loop, handler, local));
            if (MediaLoop.isNative()) {
                bootstrap
                        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, Slot.MAX_PACKET)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new FixedRecvByteBufAllocator(READ_BATCH * Slot.MAX_PACKET));
            } else {
                bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(Slot.MAX_PACKET));
            }
            var bound = bootstrap.bind(address, port).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                close();
                throw new IllegalStateException(
                        "can't bind UDP " + new InetSocketAddress(address, port) + ": "
                                + bound.cause().getMessage(),
                        bound.cause());
            }
            channels.add(bound.channel());
        }
        isDirty = new boolean[channels.size()];
    }

    /** The addresses that were bound, in the order given to {@link #open}. */
    public List<InetSocketAddress> localAddresses() {
        return channels.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    /**
     * The smallest receive or send buffer that the system granted: less than {@link #SOCKET_BUFFER_BYTES} where it is
     * capped (Linux: net.core.rmem_max, wmem_max).
     */
    public int socketBufferBytes() {
        return channels.stream()
                        .mapToInt(channel -> Math.min(
                                channel.config().getOption(ChannelOption.SO_RCVBUF),
                                channel.config().getOption(ChannelOption.SO_SNDBUF)))
                        .min()
                        .orElseThrow()
                / REPORTED_PER_BYTE;
    }

    /** Datagrams that a full socket refused. Read on the loop. */
    public long droppedDatagrams() {
        return dropped;
    }

    @Override
    public void onDatagram(Path path, byte[] buf, int off, int len) {
        Channel channel = channels.get(path.local());
        if (!channel.isWritable()) {
            dropped++; // the kernel takes no more: better lost here than queued without end
            return;
        }
        ByteBuf copy = channel.alloc().directBuffer(len);
        copy.writeBytes(buf, off, len);
        channel.write(new DatagramPacket(copy, path.remote()), channel.voidPromise());
        isDirty[path.local()] = true;
    }

    @Override
    public void onFlush() {
        for (int i = 0; i < isDirty.length; i++) {
            if (isDirty[i]) {
                isDirty[i] = false;
                channels.get(i).flush();
            }
        }
    }

    public void close() {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
        channels.clear();
    }

    private static final class Reader extends SimpleChannelInboundHandler<DatagramPacket> {
        private final MediaLoop loop;
        private final LoopHandler handler;
        private final int local;
        private final byte[] bytes = new byte[Slot.CAPACITY];
        private boolean isInBatch;
        private long nowNs;

        Reader(MediaLoop loop, LoopHandler handler, int local) {
            this.loop = loop;
            this.handler = handler;
            this.local = local;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            if (!isInBatch) {
                isInBatch = true;
                nowNs = MediaLoop.nowNs();
            }
            ByteBuf content = packet.content();
            int len = Math.min(content.readableBytes(), Slot.MAX_PACKET);
            content.readBytes(bytes, Slot.HEADROOM, len);
            handler.onDatagram(nowNs, local, packet.sender(), bytes, Slot.HEADROOM, len);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            isInBatch = false;
            loop.endBatch(nowNs);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // An ICMP error of an earlier send says nothing about this socket; a bug was reported by the handler.
            loop.onSocketError(cause);
        }
    }
}
