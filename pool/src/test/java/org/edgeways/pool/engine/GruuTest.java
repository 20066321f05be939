package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.Uri;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Public GRUUs (RFC 5627): given to devices that know them, and leading to one device only. */
class GruuTest {

    private static final String BOB = "sip:bob@acorn.example";

    private final CallWorld calls = new CallWorld();
    private final PoolWorld world = calls.world;
    private final Device alice = calls.alice;
    private final Device phone = calls.phone;
    private final Device laptop = calls.laptop;

    private static SipMessage registerWithGruu(Device device) {
        SipMessage register = device.register(600);
        register.set(HeaderName.SUPPORTED, "path, outbound, gruu");
        return register;
    }

    private static String gruu(Device device) {
        return device.address() + ";gr=" + device.instance.substring(1, device.instance.length() - 1);
    }

    private static List<String> gruus(SipMessage response) {
        return response.elements(HeaderName.CONTACT).stream()
                .map(contact ->
                        NameAddress.parse(contact).orThrow().parameters().get("pub-gruu"))
                .toList();
    }

    @Test
    void aDeviceThatKnowsGruusLearnsThoseOfAllDevices() {
        SipMessage ok = phone.sendSigned(registerWithGruu(phone));
        assertThat(gruus(ok)).containsExactlyInAnyOrder(gruu(phone), gruu(laptop));
        assertThat(gruu(phone)).startsWith("sip:bob@acorn.example;gr=urn:uuid:");
    }

    @Test
    void aDeviceThatDoesNotKnowGruusIsNotToldOfThem() {
        assertThat(gruus(phone.signIn())).containsOnlyNulls();
    }

    @Test
    void aDeviceWithoutInstanceHasNone() {
        Device old = world.inside("carol");
        old.instance = null;
        assertThat(gruus(old.sendSigned(registerWithGruu(old)))).containsOnlyNulls();
    }

    @Test
    void aDeviceMayRequireGruus() {
        SipMessage register = registerWithGruu(phone);
        register.set(HeaderName.REQUIRE, "gruu");
        assertThat(phone.sendSigned(register).status()).isEqualTo(200);
    }

    @Test
    void aGruuIsTheSameAfterADeviceHasSignedInAnew() {
        SipMessage before = phone.sendSigned(registerWithGruu(phone));
        phone.signOut();
        phone.contactUser = "elsewhere";
        assertThat(gruus(phone.sendSigned(registerWithGruu(phone))).stream().sorted())
                .containsExactlyElementsOf(gruus(before).stream().sorted().toList());
    }

    @Test
    void aDeviceCannotGiveItselfAGruu() {
        SipMessage register = registerWithGruu(phone);
        register.set(
                HeaderName.CONTACT,
                register.first(HeaderName.CONTACT)
                        + ";pub-gruu=\"sip:alice@acorn.example;gr=x\";temp-gruu=\"sip:t@acorn.example;gr\"");
        SipMessage ok = phone.sendSigned(register);
        assertThat(gruus(ok)).contains(gruu(phone));
        assertThat(ok.values(HeaderName.CONTACT).toString()).doesNotContain("gr=x", "temp-gruu");
        assertThat(world.store.bindings.get(BOB).toString()).doesNotContain("pub-gruu");
    }

    @Test
    void aGruuIsNoContactToSignInWith() {
        SipMessage register = registerWithGruu(phone);
        register.set(HeaderName.CONTACT, "<" + gruu(phone) + ">");
        assertThat(phone.sendSigned(register).status()).isEqualTo(403);
        assertThat(world.log).anyMatch(line -> line.contains("pool-contact-is-gruu"));
    }

    @Test
    void aRequestToAGruuGoesToThatDeviceOnly() {
        for (Device device : List.of(phone, laptop)) {
            SipMessage options = alice.request("OPTIONS", gruu(device));
            assertThat(alice.send(options).status()).isEqualTo(200);
            assertThat(device.received("OPTIONS")).hasSize(1);
            assertThat(device.received("OPTIONS").getFirst().requestUriText())
                    .isEqualTo(
                            NameAddress.parse(device.contact()).orThrow().uri().toString());
            device.inbox.clear();
        }
        assertThat(phone.inbox).isEmpty();
        assertThat(laptop.inbox).isEmpty();
    }

    @Test
    void aGruuIsReadWithoutRegardToCase() {
        SipMessage options =
                alice.request("OPTIONS", gruu(phone).replace("bob", "Bob").replace("urn:uuid", "URN:UUID"));
        assertThat(alice.send(options).status()).isEqualTo(200);
        assertThat(phone.received("OPTIONS")).hasSize(1);
    }

    @Test
    void aMessageToAGruuIsKeptForNoOtherDevice() {
        laptop.signOut();
        SipMessage message = alice.message("bob", "for the laptop only");
        message.setRequestUri(gruu(laptop));
        assertThat(alice.send(message).status()).isEqualTo(480);
        assertThat(world.store.messages).isEmpty();
        assertThat(phone.texts()).isEmpty();
        assertThat(world.log).anyMatch(line -> line.contains("pool-gruu-not-signed-in"));
    }

    @Test
    void aMessageToAGruuReachesTheDevice() {
        SipMessage message = alice.message("bob", "for the laptop only");
        message.setRequestUri(gruu(laptop));
        assertThat(alice.send(message).status()).isEqualTo(200);
        assertThat(laptop.texts()).containsExactly("for the laptop only");
        assertThat(phone.texts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {";gr=urn:uuid:00000000-0000-0000-0000-000000009999", ";gr"})
    void aGruuOfNoDeviceIs480(String parameter) {
        assertThat(alice.send(alice.request("OPTIONS", BOB + parameter)).status())
                .isEqualTo(480);
    }

    @Test
    void aGruuOfNobodyIs404() {
        assertThat(alice.send(alice.request("OPTIONS", "sip:nobody@acorn.example;gr=urn:uuid:1"))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void theGruuOfAnotherPersonsDeviceIsNotTheirs() {
        String wrong = gruu(phone).replace("bob", "alice");
        assertThat(alice.send(alice.request("OPTIONS", wrong)).status()).isEqualTo(480);
    }

    @Test
    void withinADialogADeviceThatGaveItsGruuIsReachedByItsContact() {
        for (Device device : List.of(phone, laptop)) {
            device.answers = request -> null;
            SipMessage invite = alice.request("INVITE", gruu(device));
            alice.start(invite);
            CallWorld.accept(device, "<" + gruu(device) + ">");
            SipMessage answered = alice.inbox.getLast();
            assertThat(answered.status()).isEqualTo(200);
            for (String method : List.of("ACK", "BYE")) {
                SipMessage request = CallWorld.byCaller(alice, invite, answered, method);
                assertThat(request.requestUriText()).isEqualTo(gruu(device));
                alice.start(request);
                assertThat(device.received(method)).as(method).hasSize(1);
                assertThat(device.received(method).getFirst().requestUriText())
                        .isEqualTo(NameAddress.parse(device.contact())
                                .orThrow()
                                .uri()
                                .toString());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "<urn:uuid:f81d4fae>, urn:uuid:f81d4fae",
        "<urn:foo:a;b=c%>, urn:foo:a%3Bb%3Dc%25",
        "<>, ",
        "urn:uuid:f81d4fae, ",
        "<urn:\u00e4>, ",
        "<urn: x>, "
    })
    void anInstanceIsWrittenAsAParameterOfAUri(String instance, String expected) {
        String gruu = Gruu.of(BOB, instance);
        assertThat(gruu).isEqualTo(expected == null ? null : BOB + ";gr=" + expected);
        if (gruu != null) {
            assertThat(Uri.parse(gruu)).isInstanceOf(Result.Ok.class);
        }
    }

    @Test
    void aVeryLongInstanceHasNone() {
        assertThat(Gruu.of(BOB, "<" + "x".repeat(198) + ">")).isNotNull();
        assertThat(Gruu.of(BOB, "<" + "x".repeat(199) + ">")).isNull();
    }
}
