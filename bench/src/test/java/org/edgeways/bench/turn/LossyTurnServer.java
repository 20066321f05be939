package org.edgeways.bench.turn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.edgeways.turn.stun.Frames;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;

/** Gives everybody an allocation, relays ChannelData between its clients, and loses of it what it is told to. */
final class LossyTurnServer implements AutoCloseable {

    private final DatagramSocket socket;
    private final int passesOneOf;
    private final Map<TransportAddress, TransportAddress> clients = new HashMap<>(); // by relayed address
    private final Map<TransportAddress, TransportAddress> bound = new HashMap<>(); // a client, and whom it sends to
    private int data;

    /** @param passesOneOf so many packets of data; 0: none at all */
    LossyTurnServer(int passesOneOf) throws IOException {
        this.passesOneOf = passesOneOf;
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.9.3"), 0));
        Thread.ofVirtual().start(this::serve);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serve() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
                socket.receive(packet);
                byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
                TransportAddress from = TransportAddress.of((InetSocketAddress) packet.getSocketAddress());
                if (Frames.isChannelData(bytes[0])) {
                    if (passesOneOf > 0 && data++ % passesOneOf == 0) {
                        send(bytes, Objects.requireNonNull(bound.get(from)));
                    }
                } else {
                    send(answer(StunMessage.parse(bytes).orThrow(), from), from);
                }
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void send(byte[] bytes, TransportAddress to) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, to.toSocketAddress()));
    }

    private byte[] answer(StunMessage request, TransportAddress from) {
        StunWriter writer = new StunWriter(StunClass.SUCCESS, request.method(), request.transactionId());
        if (request.method() == StunMethod.ALLOCATE) {
            TransportAddress relayed = TransportAddress.of(InetAddress.ofLiteral("127.0.9.4"), from.port());
            clients.put(relayed, from);
            writer.addXor(StunAttribute.XOR_RELAYED_ADDRESS, relayed);
        } else if (request.method() == StunMethod.CHANNEL_BIND) {
            TransportAddress peer = request.xorAddress(request.find(StunAttribute.XOR_PEER_ADDRESS));
            bound.put(from, Objects.requireNonNull(clients.get(peer)));
        }
        return writer.toBytes();
    }

    @Override
    public void close() {
        socket.close();
    }
}
