package org.edgeways.turn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.edgeways.turn.stun.Integrity;
import org.edgeways.turn.stun.PasswordAlgorithm;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunMethod;
import org.edgeways.turn.stun.StunWriter;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every attribute of every request truncated, duplicated, over-long and out of order: an error or silence, as the RFC says. */
class MutationTest {

    private static final TransportAddress PEER = TurnWorld.address("203.0.113.1:7000");
    private static final int SILENCE = -1;
    private static final int SUCCESS = 0;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Attribute(int type, byte[] value) {
        Attribute cutTo(int length) {
            return new Attribute(type, Arrays.copyOf(value, length));
        }
    }

    /** What is asked, what the client has before, and what comes of it if nothing is wrong. */
    enum Kind {
        ALLOCATE(StunMethod.ALLOCATE, Setup.NOTHING),
        ALLOCATE_BOTH(StunMethod.ALLOCATE, Setup.NOTHING),
        ALLOCATE_FAMILY(StunMethod.ALLOCATE, Setup.NOTHING),
        ALLOCATE_RESERVED(StunMethod.ALLOCATE, Setup.RESERVATION),
        REFRESH(StunMethod.REFRESH, Setup.ALLOCATION),
        REFRESH_MOVING(StunMethod.REFRESH, Setup.MOVED),
        CREATE_PERMISSION(StunMethod.CREATE_PERMISSION, Setup.ALLOCATION),
        CHANNEL_BIND(StunMethod.CHANNEL_BIND, Setup.ALLOCATION),
        CONNECT(StunMethod.CONNECT, Setup.TCP),
        CONNECTION_BIND(StunMethod.CONNECTION_BIND, Setup.CONNECTED);

        private final int method;
        private final Setup setup;

        Kind(int method, Setup setup) {
            this.method = method;
            this.setup = setup;
        }
    }

    private enum Setup {
        NOTHING,
        ALLOCATION,
        RESERVATION,
        MOVED,
        TCP,
        CONNECTED
    }

    /** What a wrong length of an attribute is answered with; {@code null} stands for 400. */
    private static final Map<Integer, Integer> WRONG_LENGTH = Map.of(
            StunAttribute.USERNAME, 401,
            StunAttribute.REALM, 401,
            StunAttribute.NONCE, 438,
            StunAttribute.SOFTWARE, SUCCESS,
            StunAttribute.DONT_FRAGMENT, SUCCESS);

    /** A world in which the request is the next thing that happens. */
    private static final class Case {
        private final TurnWorld world = new TurnWorld();
        private final TestClient client;
        private final Kind kind;
        private byte[] special = {};

        Case(Kind kind) {
            this.kind = kind;
            boolean streamed = kind.setup == Setup.TCP || kind.setup == Setup.CONNECTED;
            int listener = streamed ? TurnWorld.TLS : TurnWorld.UDP;
            client = world.client(listener, "203.0.113.50:4000", "alice");
            client.integrity = Integrity.SHA256;
            TestClient first = world.client(listener, "203.0.113.50:3999", "alice");
            switch (kind.setup) {
                case NOTHING -> {}
                case ALLOCATION -> client.relayed();
                case RESERVATION ->
                    special = first.allocate(writer -> writer.add(StunAttribute.EVEN_PORT, new byte[] {-128}))
                            .valueOf(StunAttribute.RESERVATION_TOKEN);
                case MOVED ->
                    special = first.allocate(writer -> writer.add(StunAttribute.MOBILITY_TICKET, new byte[0]))
                            .valueOf(StunAttribute.MOBILITY_TICKET);
                case TCP -> tcp(client);
                case CONNECTED -> {
                    tcp(first);
                    first.send(first.signed(
                            first.request(StunMethod.CONNECT).addXor(StunAttribute.XOR_PEER_ADDRESS, PEER)));
                    int id = world.seen(Output.ConnectPeer.class).getFirst().connection();
                    world.engine.peerConnected(world.now, id);
                    special = ByteBuffer.allocate(4).putInt(id).array();
                }
            }
            client.challenged(StunMethod.ALLOCATE);
        }

        private static void tcp(TestClient client) {
            client.ask(StunMethod.ALLOCATE, writer -> writer.add(StunAttribute.REQUESTED_TRANSPORT, 6 << 24));
        }

        /** The attributes before the integrity. */
        List<Attribute> attributes() {
            StunWriter own = new StunWriter(StunClass.REQUEST, kind.method, new byte[12]);
            switch (kind) {
                case ALLOCATE -> {
                    own.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24);
                    own.add(StunAttribute.LIFETIME, 700);
                    own.add(StunAttribute.EVEN_PORT, new byte[] {-128});
                    own.add(StunAttribute.DONT_FRAGMENT, new byte[0]);
                    own.add(StunAttribute.MOBILITY_TICKET, new byte[0]);
                    own.add(StunAttribute.SOFTWARE, "test");
                }
                case ALLOCATE_BOTH -> {
                    own.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24);
                    own.add(StunAttribute.ADDITIONAL_ADDRESS_FAMILY, 2 << 24);
                }
                case ALLOCATE_FAMILY -> {
                    own.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24);
                    own.add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 2 << 24);
                }
                case ALLOCATE_RESERVED -> {
                    own.add(StunAttribute.REQUESTED_TRANSPORT, 17 << 24);
                    own.add(StunAttribute.RESERVATION_TOKEN, special);
                }
                case REFRESH -> {
                    own.add(StunAttribute.LIFETIME, 700);
                    own.add(StunAttribute.REQUESTED_ADDRESS_FAMILY, 1 << 24);
                }
                case REFRESH_MOVING -> own.add(StunAttribute.MOBILITY_TICKET, special);
                case CREATE_PERMISSION -> {
                    own.addXor(StunAttribute.XOR_PEER_ADDRESS, PEER);
                    own.addXor(StunAttribute.XOR_PEER_ADDRESS, TurnWorld.address("203.0.113.2:1"));
                }
                case CHANNEL_BIND -> {
                    own.add(StunAttribute.CHANNEL_NUMBER, 0x4001 << 16);
                    own.addXor(StunAttribute.XOR_PEER_ADDRESS, PEER);
                }
                case CONNECT -> own.addXor(StunAttribute.XOR_PEER_ADDRESS, PEER);
                case CONNECTION_BIND -> own.add(StunAttribute.CONNECTION_ID, special);
            }
            own.add(StunAttribute.USERNAME, client.user)
                    .add(StunAttribute.REALM, client.realm)
                    .add(StunAttribute.NONCE, client.nonce)
                    .add(StunAttribute.PASSWORD_ALGORITHM, 2 << 16)
                    .add(StunAttribute.PASSWORD_ALGORITHMS, PasswordAlgorithm.offer());
            StunMessage message = StunMessage.parse(own.toBytes()).orThrow();
            List<Attribute> attributes = new ArrayList<>();
            for (int i = 0; i < message.count(); i++) {
                attributes.add(new Attribute(message.type(i), message.value(i)));
            }
            return attributes;
        }

        byte[] signed(List<Attribute> attributes) {
            return write(attributes)
                    .addIntegrity(Integrity.SHA256, client.key())
                    .addFingerprint()
                    .toBytes();
        }

        private StunWriter write(List<Attribute> attributes) {
            StunWriter writer = new StunWriter(StunClass.REQUEST, kind.method, new byte[12]);
            attributes.forEach(attribute -> writer.add(attribute.type(), attribute.value()));
            return writer;
        }

        /** The status that comes back; {@link #SUCCESS} for a Connect that is under way. */
        int send(byte[] packet) {
            List<byte[]> answers = client.send(packet);
            assertThat(answers.size()).as("answers").isLessThanOrEqualTo(1);
            if (answers.isEmpty()) {
                return world.seen(Output.ConnectPeer.class).size() > (kind.setup == Setup.CONNECTED ? 1 : 0)
                        ? SUCCESS
                        : SILENCE;
            }
            StunMessage answer = StunMessage.parse(answers.getFirst()).orThrow();
            assertThat(answer.method()).isEqualTo(kind.method);
            int error = TestClient.error(answer);
            assertThat(answer.messageClass()).isEqualTo(error == 0 ? StunClass.SUCCESS : StunClass.ERROR);
            assertThat(error == 0 || error >= 300 && error < 700).isTrue();
            return error;
        }
    }

    private static int wrongLength(Kind kind, Attribute attribute) {
        if (attribute.type() == StunAttribute.MOBILITY_TICKET && kind == Kind.REFRESH_MOVING) {
            return 405;
        }
        return WRONG_LENGTH.getOrDefault(attribute.type(), 400);
    }

    private static String name(Attribute attribute) {
        return Integer.toHexString(attribute.type());
    }

    @ParameterizedTest
    @EnumSource
    void theRequestAsItIsSucceeds(Kind kind) {
        Case whole = new Case(kind);
        assertThat(whole.send(whole.signed(whole.attributes()))).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @EnumSource
    void anAttributeThatIsTooShortOrTooLongIsRefused(Kind kind) {
        int count = new Case(kind).attributes().size();
        for (int i = 0; i < count; i++) {
            int whole = new Case(kind).attributes().get(i).value().length;
            for (int length : new int[] {0, whole - 4, whole - 1, whole + 1, whole + 4, whole + 400}) {
                if (length < 0 || length == whole) {
                    continue;
                }
                Case bent = new Case(kind);
                List<Attribute> attributes = bent.attributes();
                Attribute attribute = attributes.get(i);
                attributes.set(i, attribute.cutTo(length));
                assertThat(bent.send(bent.signed(attributes)))
                        .as("%s: attribute %s of %d bytes instead of %d", kind, name(attribute), length, whole)
                        .isEqualTo(wrongLength(kind, attribute));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAttributeThatComesTwiceCountsOnce(Kind kind) {
        int count = new Case(kind).attributes().size();
        for (int i = 0; i < count; i++) {
            Case twice = new Case(kind);
            List<Attribute> attributes = twice.attributes();
            Attribute attribute = attributes.get(i);
            boolean everyOneCounts = attribute.type() == StunAttribute.XOR_PEER_ADDRESS;
            attributes.add(everyOneCounts ? attribute : attribute.cutTo(attribute.value().length + 3));
            assertThat(twice.send(twice.signed(attributes)))
                    .as("%s: attribute %s twice", kind, name(attribute))
                    .isEqualTo(SUCCESS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOrderBeforeTheIntegrityDoesNotMatter(Kind kind) {
        int count = new Case(kind).attributes().size();
        for (int shift = 1; shift < count; shift++) {
            Case turned = new Case(kind);
            List<Attribute> attributes = turned.attributes();
            Collections.rotate(attributes, shift);
            assertThat(turned.send(turned.signed(attributes)))
                    .as("%s turned by %d", kind, shift)
                    .isEqualTo(SUCCESS);
            Case reversed = new Case(kind);
            attributes = reversed.attributes();
            Collections.swap(attributes, shift, shift - 1);
            assertThat(reversed.send(reversed.signed(attributes))).isEqualTo(SUCCESS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatStandsBehindTheIntegrityIsAsIfItWereNotThere(Kind kind) {
        int count = new Case(kind).attributes().size();
        for (int i = 0; i < count; i++) {
            Case late = new Case(kind);
            List<Attribute> attributes = late.attributes();
            Attribute attribute = attributes.remove(i);
            byte[] behind = late.write(attributes)
                    .addIntegrity(Integrity.SHA256, late.client.key())
                    .add(attribute.type(), attribute.value())
                    .toBytes();
            int status = late.send(behind);
            Case without = new Case(kind);
            List<Attribute> fewer = without.attributes();
            fewer.remove(i);
            byte[] absent = without.write(fewer)
                    .addIntegrity(Integrity.SHA256, without.client.key())
                    .toBytes();
            assertThat(status)
                    .as("%s: attribute %s behind the integrity", kind, name(attribute))
                    .isEqualTo(without.send(absent));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whateverALengthFieldSaysNothingIsThrownAndNothingIsDone(Kind kind) {
        Case bent = new Case(kind);
        byte[] whole = bent.write(bent.attributes())
                .addIntegrity(Integrity.SHA256, bent.client.key())
                .toBytes();
        StunMessage message = StunMessage.parse(whole).orThrow();
        int at = StunMessage.HEADER_BYTES;
        for (int i = 0; i < message.count(); i++) {
            for (int length = 0; length < 0x10000; length += length < 300 ? 1 : 997) {
                if (length == message.value(i).length) {
                    continue;
                }
                byte[] packet = whole.clone();
                packet[at + 2] = (byte) (length >> 8);
                packet[at + 3] = (byte) length;
                assertThat(bent.send(packet))
                        .as("%s: attribute %d says %d", kind, i, length)
                        .isIn(SILENCE, 400, 401, 438);
            }
            at += 4 + (message.value(i).length + 3 & ~3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChangedRequestIsNotCarriedOut(Kind kind) {
        Case bent = new Case(kind);
        byte[] whole = bent.write(bent.attributes())
                .addIntegrity(Integrity.SHA256, bent.client.key())
                .toBytes();
        for (int at = 20; at < whole.length; at++) {
            byte[] packet = whole.clone();
            packet[at] ^= (byte) (1 << at % 8);
            assertThat(bent.send(packet)).as("%s: byte %d", kind, at).isIn(SILENCE, 400, 401, 438);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFingerprintThatDoesNotFitIsMetWithSilence(Kind kind) {
        Case bent = new Case(kind);
        byte[] whole = bent.signed(bent.attributes());
        whole[whole.length - 1] ^= (byte) 1;
        assertThat(bent.send(whole)).isEqualTo(SILENCE);
    }

    @ParameterizedTest
    @EnumSource
    void integrityOfAWrongLengthDoesNotHold(Kind kind) {
        for (int length : new int[] {0, 1, 12, 15, 17, 31, 33, 36, 500}) {
            Case bent = new Case(kind);
            byte[] packet = bent.write(bent.attributes())
                    .add(StunAttribute.MESSAGE_INTEGRITY_SHA256, new byte[length])
                    .toBytes();
            assertThat(bent.send(packet)).as("%d bytes", length).isEqualTo(401);
        }
    }
}
