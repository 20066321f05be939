package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.edgeways.sip.digest.StoredHash;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.message.SipUri;
import org.edgeways.testkit.TortureMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 4475 and RFC 5118: the REGISTER requests have their outcome at the registrar of the domain that they are for. */
class TortureRegistrationTest {

    private static final String DOMAIN = "example.com";
    private static final String USERNAME = "torture";

    private final PoolWorld world = new PoolWorld(settings());

    /** The registrar of the domain, under the addresses that RFC 5118 gives it. */
    private static EngineSettings settings() {
        EngineSettings plain = EngineSettings.of("[2001:db8::10]", 5070, List.of(DOMAIN), Set.of(PoolWorld.EDGE_HOST));
        return new EngineSettings(
                plain.host(),
                plain.port(),
                Set.of("[2001:db8::10:5070]"),
                plain.domains(),
                plain.edgeHosts(),
                plain.algorithms(),
                plain.nonceLifetime(),
                plain.registrar(),
                plain.messages(),
                plain.presence());
    }

    static List<TortureMessage> registrations() {
        return TortureMessage.all().stream()
                .filter(torture -> !torture.registrar().equals("-"))
                .toList();
    }

    @Test
    void theManifestSaysWhatBecomesOfEachRegistration() {
        assertThat(registrations())
                .containsExactlyElementsOf(TortureMessage.all().stream()
                        .filter(torture ->
                                SipParser.parse(torture.bytes(), SipLimits.DEFAULT) instanceof ParseOutcome.Good good
                                        && good.message().isRequest()
                                        && good.message().method().equals("REGISTER"))
                        .toList())
                .hasSize(11);
    }

    @ParameterizedTest
    @MethodSource("registrations")
    void isRegisteredAsTheManifestSays(TortureMessage torture) {
        SipMessage register = PoolWorld.parse(torture.bytes());
        account(register.to().sipUri());
        Device device = world.inside(USERNAME);
        boolean signed = register.has(HeaderName.AUTHORIZATION);
        SipMessage answer = signed ? device.send(register) : device.sendSigned(register);
        String outcome = answer.status() == 200
                ? "binds " + answer.elements(HeaderName.CONTACT).size()
                : Integer.toString(answer.status());
        assertThat(outcome).isEqualTo(torture.registrar());
    }

    /** Somebody with that address, and a user name that a quoted string can hold. */
    private void account(SipUri address) {
        if (address != null) {
            People.Account account = new People.Account(
                    Addresses.of(address),
                    USERNAME,
                    "",
                    true,
                    List.of(new People.DevicePassword("phone", StoredHash.of(USERNAME, DOMAIN, PoolWorld.PASSWORD))));
            world.accounts.put(account.address(), account);
            world.accounts.put("sip:" + USERNAME + "@" + DOMAIN, account);
        }
    }
}
