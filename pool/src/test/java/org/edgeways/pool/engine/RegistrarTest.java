package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistrarTest {

    private final PoolWorld world = new PoolWorld();

    @Test
    void aDeviceSignsInWithItsPasswordAndIsListed() {
        Device phone = world.inside("alice");

        SipMessage challenge = phone.send(phone.register(600));
        assertThat(challenge.status()).isEqualTo(401);
        assertThat(challenge.first(HeaderName.WWW_AUTHENTICATE)).contains("realm=\"acorn.example\"");

        SipMessage response = phone.signIn();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.first(HeaderName.CONTACT))
                .contains(phone.contactUser)
                .contains("expires=600");
        assertThat(response.toTag()).isNotNull();
        assertThat(world.store.bindings.get("sip:alice@acorn.example")).hasSize(1);
    }

    @Test
    void theAnswerComesOnlyWhenTheBindingIsDurable() {
        Device phone = world.inside("alice");
        world.store.held = true;
        assertThat(phone.sendSigned(phone.register(600))).isNull();
        world.store.held = false;
        world.settle();
        assertThat(phone.inbox.getLast().status()).isEqualTo(200);
    }

    @Test
    void aStoreThatFailsIsNotAnswered200() {
        Device phone = world.inside("alice");
        world.store.failing = true;
        assertThat(phone.signIn().status()).isEqualTo(500);
    }

    @Test
    void aSignInThatCouldNotBeSavedHasNotHappened() {
        Device phone = world.inside("alice");
        world.store.failing = true;
        assertThat(phone.signIn().status()).isEqualTo(500);
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).isEmpty();
        world.store.failing = false;
        world.advance(60);
        assertThat(world.store.bindings.getOrDefault("sip:alice@acorn.example", List.of()))
                .isEmpty();
    }

    @Test
    void aSignOutThatCouldNotBeSavedHasNotHappenedAndDoesNotComeUpAfterARestartOnly() {
        Device browser = world.outside("alice");
        browser.signIn();
        world.store.failing = true;
        assertThat(browser.signOut().status()).isEqualTo(500);
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).hasSize(1);
        world.store.failing = false;
        world.restart();
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).hasSize(1);
        assertThat(browser.signOut().status()).isEqualTo(200);
        world.restart();
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).isEmpty();
    }

    @Test
    void aRefreshThatCouldNotBeSavedLeavesTheBindingAsItWas() {
        Device phone = world.inside("alice");
        phone.signIn();
        List<Binding> before = world.engine.bindings("sip:alice@acorn.example", world.now);
        world.advance(100);
        world.store.failing = true;
        assertThat(phone.signIn().status()).isEqualTo(500);
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).isEqualTo(before);
    }

    @Test
    void aFailedSignOutDoesNotBringBackADeviceWhosePasswordWasRevokedMeanwhile() {
        Device phone = world.inside("alice");
        phone.signIn();
        world.store.held = true;
        world.store.failing = true;
        phone.signOut();
        world.accounts.remove("sip:alice@acorn.example");
        world.engine.accountChanged("sip:alice@acorn.example", world.now);
        world.store.held = false;
        world.settle();
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).isEmpty();
    }

    @Test
    void aBindingThatIsDroppedWhileTheStoreFailsIsForgottenThereOnceItWorksAgain() {
        Device phone = world.inside("alice");
        phone.signIn();
        world.store.failing = true;
        phone.die();
        world.advance(20);
        assertThat(world.store.bindings.get("sip:alice@acorn.example")).hasSize(1);
        world.store.failing = false;
        world.advance(20);
        assertThat(world.store.bindings.get("sip:alice@acorn.example")).isEmpty();
    }

    @Test
    void everyDeviceOfThePersonIsListed() {
        Device phone = world.inside("alice");
        Device browser = world.outside("alice");
        phone.signIn();
        SipMessage response = browser.signIn();
        assertThat(response.elements(HeaderName.CONTACT)).hasSize(2);
    }

    @Test
    void somebodyElsesAddressCannotBeRegistered() {
        Device phone = world.inside("alice");
        SipMessage register = phone.register(600);
        register.set(HeaderName.TO, "<sip:bob@acorn.example>");
        register.set(HeaderName.FROM, "<sip:bob@acorn.example>;tag=bob");
        assertThat(phone.sendSigned(register).status()).isEqualTo(403);
        assertThat(world.log.getLast()).contains("pool-credentials-of-another");
    }

    @Test
    void withoutRemoteAccessSignsInInsideOnlyAndIsToldWhy() {
        SipMessage refused = world.outside("dave").signIn();
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.reason()).contains("may not sign in from outside");
        assertThat(world.log.getLast()).contains("remote access of sip:dave@acorn.example is off");
        assertThat(world.inside("dave").signIn().status()).isEqualTo(200);
    }

    @Test
    void withoutRemoteAccessAWrongPasswordIsStill401() {
        Device outside = world.outside("dave");
        outside.password = "not the password";
        assertThat(outside.signIn().status()).isEqualTo(401);
    }

    @Test
    void aShortRegistrationIsRefusedWithTheShortestAllowed() {
        Device phone = world.inside("alice");
        SipMessage response = phone.sendSigned(phone.register(59));
        assertThat(response.status()).isEqualTo(423);
        assertThat(response.first(HeaderName.MIN_EXPIRES)).isEqualTo("60");
        assertThat(phone.sendSigned(phone.register(60)).status()).isEqualTo(200);
    }

    @Test
    void aLongRegistrationIsShortened() {
        Device phone = world.inside("alice");
        assertThat(phone.sendSigned(phone.register(100_000)).first(HeaderName.CONTACT))
                .contains("expires=7200");
    }

    @Test
    void aRegistrationEndsByItself() {
        Device phone = world.inside("alice");
        phone.signIn();
        world.advance(599);
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).hasSize(1);
        world.advance(2);
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).isEmpty();
        assertThat(world.engine.bindings()).isZero();
    }

    @Test
    void oneDeviceSignsOutAndTheOthersStay() {
        Device phone = world.inside("alice");
        Device laptop = world.inside("alice");
        phone.signIn();
        laptop.signIn();
        SipMessage response = phone.signOut();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.elements(HeaderName.CONTACT)).hasSize(1);
        assertThat(response.first(HeaderName.CONTACT)).contains(laptop.contactUser);
    }

    @Test
    void aStarSignsEverythingOut() {
        Device phone = world.inside("alice");
        world.inside("alice").signIn();
        phone.signIn();
        SipMessage star = phone.register(0);
        star.set(HeaderName.CONTACT, "*");
        SipMessage response = phone.sendSigned(star);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.has(HeaderName.CONTACT)).isFalse();
        assertThat(world.store.bindings.get("sip:alice@acorn.example")).isEmpty();
    }

    @Test
    void aStarThatDoesNotSignOutIsMalformed() {
        Device phone = world.inside("alice");
        SipMessage star = phone.register(600);
        star.set(HeaderName.CONTACT, "*");
        assertThat(phone.sendSigned(star).status()).isEqualTo(400);
    }

    @Test
    void aRegisterWithoutContactOnlyAsks() {
        Device phone = world.inside("alice");
        phone.signIn();
        SipMessage query = phone.register(600);
        query.remove(HeaderName.CONTACT);
        SipMessage response = phone.sendSigned(query);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.elements(HeaderName.CONTACT)).hasSize(1);
    }

    @Test
    void anOlderRegisterOfTheSameDeviceChangesNothing() {
        Device phone = world.inside("alice");
        SipMessage old = phone.register(0);
        phone.signIn();
        phone.signIn();
        SipMessage response = phone.sendSigned(old);
        assertThat(response.status()).isEqualTo(500);
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).hasSize(1);
    }

    @Test
    void theSameFlowNumberReplacesTheOlderFlowOfThatDevice() {
        Device before = world.outside("alice");
        before.regId = 1;
        before.signIn();
        Device after = world.outside("alice");
        after.instance = before.instance;
        after.regId = 1;
        SipMessage response = after.signIn();
        assertThat(response.elements(HeaderName.CONTACT)).hasSize(1);
        assertThat(response.first(HeaderName.REQUIRE)).isEqualTo("outbound");
        assertThat(response.first(HeaderName.FLOW_TIMER)).isEqualTo("120");
        assertThat(world.engine
                        .bindings("sip:alice@acorn.example", world.now)
                        .getFirst()
                        .flow())
                .isEqualTo(after.flowToken);
    }

    @Test
    void anotherFlowNumberIsASecondFlowOfThatDevice() {
        Device first = world.outside("alice");
        first.regId = 1;
        first.signIn();
        Device second = world.outside("alice");
        second.instance = first.instance;
        second.contactUser = first.contactUser;
        second.regId = 2;
        assertThat(second.signIn().elements(HeaderName.CONTACT)).hasSize(2);
    }

    @Test
    void aDeviceThatLearnsItsPublicAddressIsStillOneDevice() {
        Device phone = world.inside("alice");
        phone.supportsOutbound = false;
        phone.signIn();
        phone.contactUser = "elsewhere";
        assertThat(phone.signIn().elements(HeaderName.CONTACT)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeviceThatReplacesItsContactInOneRegisterKeepsItsId(boolean withInstance) {
        Device phone = world.inside("alice");
        if (!withInstance) {
            phone.instance = null;
        }
        phone.signIn();
        String id = world.engine
                .bindings("sip:alice@acorn.example", world.now)
                .getFirst()
                .id();
        for (boolean newFirst : new boolean[] {true, false}) {
            SipMessage register = phone.register(600);
            String old = phone.contact() + ";expires=0";
            phone.contactUser = "moved" + newFirst;
            SipMessage moved = phone.register(600);
            String fresh = moved.first(HeaderName.CONTACT);
            register.setElements(HeaderName.CONTACT, newFirst ? List.of(fresh, old) : List.of(old, fresh));
            assertThat(phone.sendSigned(register).status()).isEqualTo(200);
            assertThat(world.engine.bindings("sip:alice@acorn.example", world.now))
                    .singleElement()
                    .satisfies(bound -> {
                        assertThat(bound.contact()).contains("moved" + newFirst);
                        assertThat(bound.id()).isEqualTo(id);
                    });
        }
    }

    @Test
    void outboundNeedsAFirstHopThatKnowsIt() {
        Device phone = world.outside("alice");
        phone.regId = 1;
        SipMessage register = phone.register(600);
        register.add(HeaderName.PATH, "<sip:old.example;lr>");
        assertThat(phone.sendSigned(register).status()).isEqualTo(439);
    }

    @Test
    void anUnknownExtensionIsRefused() {
        Device phone = world.inside("alice");
        SipMessage register = phone.register(600);
        register.set(HeaderName.REQUIRE, "path, teleport");
        SipMessage response = phone.send(register);
        assertThat(response.status()).isEqualTo(420);
        assertThat(response.first(HeaderName.UNSUPPORTED)).isEqualTo("teleport");
    }

    @Test
    void thePathComesBackToDevicesThatKnowIt() {
        Device phone = world.outside("alice");
        assertThat(phone.signIn().first(HeaderName.PATH)).contains(PoolWorld.EDGE_HOST);
        Device plain = world.outside("bob");
        plain.supportsOutbound = false;
        assertThat(plain.signIn().has(HeaderName.PATH)).isFalse();
    }

    /** A node writes it where it also dials a server, which finds it by the port. */
    @Test
    void aPathWithThePortOfTheNodesInsideLegLeadsToTheNode() {
        Device phone = world.outside("alice");
        SipMessage response = phone.sendSigned(
                phone.register(600),
                text -> text.replace(PoolWorld.EDGE_HOST + ";transport", PoolWorld.EDGE_HOST + ":5062;transport"));
        assertThat(response.first(HeaderName.PATH)).contains(PoolWorld.EDGE_HOST + ":5062");
        Device bob = world.inside("bob");
        bob.signIn();
        assertThat(bob.send(bob.message("alice", "hello")).status()).isEqualTo(200);
        assertThat(phone.texts()).containsExactly("hello");
    }

    @Test
    void aPathThatADeviceInsideWritesLeadsNowhere() {
        Device phone = world.inside("alice");
        SipMessage register = phone.register(600);
        register.set(HeaderName.PATH, "<sip:anything@" + PoolWorld.EDGE_HOST + ";transport=tls;lr>");
        SipMessage response = phone.sendSigned(register);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.has(HeaderName.PATH)).isFalse();
        Binding bound =
                world.engine.bindings("sip:alice@acorn.example", world.now).getFirst();
        assertThat(bound.path()).isEmpty();
        assertThat(bound.remote()).isFalse();
        Device bob = world.inside("bob");
        bob.signIn();
        assertThat(bob.send(bob.message("alice", "hello")).status()).isEqualTo(200);
        assertThat(phone.texts()).containsExactly("hello");
    }

    @Test
    void asManyDevicesAsTheLimitAndThenTheStalestGoes() {
        Device first = world.inside("alice");
        first.signIn();
        world.advance(1);
        for (int i = 1; i < RegistrarLimits.DEFAULT.bindingsPerPerson(); i++) {
            world.inside("alice").signIn();
        }
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).hasSize(10);
        assertThat(world.counters.value("pool_bindings_evicted")).isZero();
        SipMessage response = world.inside("alice").signIn();
        assertThat(response.elements(HeaderName.CONTACT))
                .hasSize(10)
                .noneMatch(contact -> contact.contains(first.contactUser + "@"));
        assertThat(world.counters.value("pool_bindings_evicted")).isEqualTo(1);
    }

    @Test
    void tooManyContactsInOneRequestAreRefused() {
        Device phone = world.inside("alice");
        SipMessage register = phone.register(600);
        for (int i = 0; i < RegistrarLimits.DEFAULT.contactsPerRequest(); i++) {
            register.add(HeaderName.CONTACT, "<sip:c" + i + "@192.0.2.1>");
        }
        assertThat(phone.sendSigned(register).status()).isEqualTo(403);
    }

    @Test
    void aConnectionInsideThatBreaksTakesItsBindingsAlong() {
        Device phone = world.inside("alice");
        phone.signIn();
        phone.die();
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).isEmpty();
        assertThat(world.store.bindings.get("sip:alice@acorn.example")).isEmpty();
    }

    @Test
    void aRestartKeepsDevicesBehindTheEdgeNode() {
        Device outside = world.outside("alice");
        Device inside = world.inside("bob");
        outside.signIn();
        inside.signIn();
        world.restart();
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).hasSize(1);
        assertThat(world.engine.bindings("sip:bob@acorn.example", world.now)).isEmpty();
        // also the sender rule: no challenge on the connection that lives on
        Device carol = world.inside("carol");
        carol.signIn();
        assertThat(outside.send(outside.message("carol", "still here")).status())
                .isEqualTo(200);
        assertThat(carol.send(carol.message("alice", "me too")).status()).isEqualTo(200);
        assertThat(outside.texts()).containsExactly("me too");
    }

    @Test
    void aRevokedPasswordSignsItsDevicesOut() {
        Device phone = world.inside("alice");
        phone.signIn();
        People.Account before = world.accounts.get("sip:alice@acorn.example");
        world.accounts.put(
                before.address(),
                new People.Account(
                        before.address(),
                        before.username(),
                        before.displayName(),
                        true,
                        before.devices().subList(0, 1)));
        world.engine.accountChanged(before.address(), world.now);
        world.settle();
        assertThat(world.engine.bindings(before.address(), world.now)).isEmpty();
        assertThat(phone.send(phone.message("bob", "hello")).status()).isEqualTo(407);
    }

    @Test
    void remoteAccessTakenAwaySignsOutTheDevicesOutside() {
        Device outside = world.outside("alice");
        Device inside = world.inside("alice");
        outside.signIn();
        inside.signIn();
        world.account("alice", "Alice", false);
        world.engine.accountChanged("sip:alice@acorn.example", world.now);
        world.settle();
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).hasSize(1);
        assertThat(outside.sendSigned(outside.message("bob", "hello")).status()).isEqualTo(403);
    }

    @Test
    void anEdgeNodeThatDoesNotNameTheConnectionIsRefused() {
        Device outside = world.outside("alice");
        outside.flowToken = null;
        assertThat(outside.send(outside.register(600)).status()).isEqualTo(403);
    }

    /** Else a device that refreshes often enough fills the memory with deadlines of bindings that are long replaced. */
    @Test
    void refreshingLeavesNoDeadlinesBehind() {
        Registrar registrar = new Registrar(RegistrarLimits.DEFAULT, world.random);
        Device phone = world.inside("alice");
        FlowName flow = new FlowName(FlowName.INSIDE, "boot", "1");
        for (int i = 0; i < 100; i++) {
            registrar.register(phone.register(600), phone.address(), flow, "phone", world.now + i);
        }
        assertThat(registrar.size()).isEqualTo(1);
        assertThat(registrar.deadlines()).isEqualTo(1);
        registrar.timeout(world.now + 600 * PoolWorld.SECOND);
        assertThat(registrar.size()).isEqualTo(1);
        registrar.timeout(world.now + 601 * PoolWorld.SECOND);
        assertThat(registrar.size()).isZero();
        assertThat(registrar.deadlines()).isZero();
    }

    @Test
    void nobodySignsInAnotherPersonEvenWithTheirPassword() {
        Device phone = world.inside("alice");
        for (String from : List.of(
                "<sip:carol@acorn.example>;tag=third",
                "<sip:alice@oak.example>;tag=third",
                "<tel:+15551234>;tag=third",
                "<sip:acorn.example>;tag=third")) {
            SipMessage register = phone.register(600);
            register.set(HeaderName.FROM, from);
            assertThat(phone.sendSigned(register).status()).as(from).isEqualTo(403);
            assertThat(world.log.getLast()).contains("pool-register-for-another");
        }
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).isEmpty();
        SipMessage register = phone.register(600);
        register.set(HeaderName.FROM, "\"Alice\" <sip:Alice@ACORN.example;user=phone>;tag=own");
        assertThat(phone.sendSigned(register).status())
                .as("in another spelling")
                .isEqualTo(200);
    }
}
