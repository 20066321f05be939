package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What devices say about their people (RFC 3903), and what watchers see of it. */
class PublishTest {

    private static final String BOB = "sip:bob@acorn.example";
    private static final HeaderName ENTITY_TAG = HeaderName.of("SIP-ETag");
    static final HeaderName IF_MATCH = HeaderName.of("SIP-If-Match");

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");
    private final Device phone = world.inside("bob");
    private final Watcher watcher = new Watcher(alice, "sip:bob@acorn.example");

    @BeforeEach
    void aliceWatchesBobWhoHasOneDevice() {
        alice.signIn();
        phone.signIn();
        watcher.subscribe(3600);
    }

    static String pidf(String basic, String activity, String note) {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
                 xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:bob@acorn.example">
                <tuple id="secret-host.inside.example"><status><basic>%s</basic></status>
                <contact>sip:bob@10.1.2.3:5061</contact></tuple>
                <dm:person id="p"><rpid:activities><rpid:%s/></rpid:activities><dm:note>%s</dm:note></dm:person>
                </presence>""".formatted(basic, activity, note);
    }

    static SipMessage request(Device device, String body, int seconds) {
        SipMessage publish = device.request("PUBLISH", device.address());
        publish.remove(HeaderName.CONTACT);
        publish.set(HeaderName.EVENT, "presence");
        publish.set(HeaderName.EXPIRES, Integer.toString(seconds));
        if (body != null) {
            publish.setBody("application/pidf+xml", body.getBytes(StandardCharsets.UTF_8));
        }
        return publish;
    }

    private static SipMessage publish(Device device, String body, int seconds) {
        return device.send(request(device, body, seconds));
    }

    private static SipMessage again(Device device, SipMessage before, String body, int seconds) {
        SipMessage publish = request(device, body, seconds);
        publish.set(IF_MATCH, before.first(ENTITY_TAG));
        return device.send(publish);
    }

    private String seen() {
        world.advance(5);
        return watcher.last();
    }

    @Test
    void whatADevicePublishesIsSeen() {
        SipMessage ok = publish(phone, pidf("open", "on-the-phone", "ringing"), 600);
        assertThat(ok.status()).isEqualTo(200);
        assertThat(ok.first(ENTITY_TAG)).isNotEmpty();
        assertThat(ok.first(HeaderName.EXPIRES)).isEqualTo("600");
        assertThat(seen()).contains("on-the-phone", "ringing", "<basic>open</basic>");
    }

    @Test
    void nothingOfADevicesNamesAndAddressesIsShown() {
        publish(phone, pidf("open", "away", ""), 600);
        assertThat(seen())
                .contains("away")
                .doesNotContain("10.1.2.3", "secret-host", phone.contactUser, phone.instance);
    }

    @Test
    void itIsAnsweredWhenItIsDurable() {
        world.store.held = true;
        assertThat(publish(phone, pidf("open", "away", ""), 600)).isNull();
        world.store.held = false;
        world.settle();
        assertThat(phone.inbox.getLast().status()).isEqualTo(200);
        assertThat(world.store.publications).hasSize(1);
    }

    @Test
    void whatCannotBeStoredIsNotTaken() {
        world.store.failing = true;
        assertThat(publish(phone, pidf("open", "away", ""), 600).status()).isEqualTo(500);
        assertThat(seen()).doesNotContain("away");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aChangeThatCannotBeStoredLeavesTheEarlierPublication(boolean byItsTag) {
        SipMessage first = publish(phone, pidf("open", "away", ""), 600);
        assertThat(seen()).contains("away");
        world.store.failing = true;
        SipMessage refused = byItsTag
                ? again(phone, first, pidf("open", "busy", ""), 600)
                : publish(phone, pidf("open", "busy", ""), 600);
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.first(HeaderName.RETRY_AFTER)).isNotNull();
        world.store.failing = false;
        assertThat(seen()).contains("away").doesNotContain("busy");
        assertThat(world.store.publications).hasSize(1);
        assertThat(again(phone, first, null, 600).status())
                .as("the earlier tag holds")
                .isEqualTo(200);
        assertThat(seen()).contains("away").doesNotContain("busy");
        assertThat(world.counters.value("pool_publications_live")).isEqualTo(1);
    }

    @Test
    void whatIsBeingStoredWhenItsDeviceSignsOutDoesNotCountWhenTheDeviceIsBack() {
        world.store.held = true;
        publish(phone, pidf("open", "busy", ""), 600);
        phone.die();
        world.store.held = false;
        world.settle();
        assertThat(world.store.publications).isEmpty();
        assertThat(world.counters.value("pool_publications_live")).isZero();
    }

    @Test
    void aPublicationDoesNotEndWhileItsRefreshIsBeingStored() {
        SipMessage first = publish(phone, pidf("open", "away", ""), 60);
        world.advance(58);
        world.store.held = true;
        again(phone, first, null, 60);
        world.advance(10);
        world.store.held = false;
        world.settle();
        assertThat(phone.inbox.getLast().status()).isEqualTo(200);
        assertThat(seen()).contains("away");
        assertThat(world.store.publications).hasSize(1);
        world.advance(60);
        assertThat(watcher.last()).doesNotContain("away");
        assertThat(world.store.publications).isEmpty();
    }

    @Test
    void whatIsTakenBackWhileItIsChangedIsGone() {
        SipMessage first = publish(phone, pidf("open", "away", ""), 600);
        world.store.held = true;
        again(phone, first, pidf("open", "busy", ""), 600);
        again(phone, first, null, 0);
        world.store.held = false;
        world.settle();
        assertThat(world.store.publications).isEmpty();
        assertThat(seen()).doesNotContain("busy", "away");
    }

    @Test
    void itIsChangedRefreshedAndTakenBackByItsTagWhichIsNewEachTime() {
        SipMessage first = publish(phone, pidf("open", "away", ""), 600);
        SipMessage changed = again(phone, first, pidf("open", "busy", ""), 600);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.first(ENTITY_TAG)).isNotEqualTo(first.first(ENTITY_TAG));
        assertThat(seen()).contains("busy").doesNotContain("away");
        world.advance(500);
        phone.signIn();
        alice.signIn();
        SipMessage refreshed = again(phone, changed, null, 600);
        assertThat(refreshed.status()).isEqualTo(200);
        world.advance(500);
        assertThat(seen()).contains("busy");
        assertThat(again(phone, changed, null, 600).status())
                .as("the tag before the last")
                .isEqualTo(412);
        assertThat(again(phone, refreshed, null, 0).status()).isEqualTo(200);
        assertThat(seen()).doesNotContain("busy").contains("<basic>open</basic>");
        assertThat(world.store.publications).isEmpty();
        assertThat(again(phone, refreshed, null, 600).status()).isEqualTo(412);
    }

    @Test
    void takingItBackIsAnsweredWhenItIsDurable() {
        SipMessage first = publish(phone, pidf("open", "away", ""), 600);
        world.store.held = true;
        assertThat(again(phone, first, null, 0)).isNull();
        assertThat(seen()).contains("away");
        world.store.held = false;
        world.settle();
        assertThat(phone.inbox.getLast().status()).isEqualTo(200);
        assertThat(world.store.publications).isEmpty();
        assertThat(seen()).doesNotContain("away");
    }

    @Test
    void whatCannotBeTakenBackStaysAndIsTakenBackTheNextTime() {
        SipMessage first = publish(phone, pidf("open", "away", ""), 600);
        world.store.failing = true;
        assertThat(again(phone, first, null, 0).status()).isEqualTo(500);
        assertThat(seen()).contains("away");
        world.store.failing = false;
        assertThat(again(phone, first, null, 0).status()).isEqualTo(200);
        assertThat(world.store.publications).isEmpty();
        assertThat(seen()).doesNotContain("away");
    }

    @Test
    void whatIsPublishedAnewWhileItIsTakenBackStays() {
        SipMessage first = publish(phone, pidf("open", "away", ""), 600);
        world.store.held = true;
        again(phone, first, null, 0);
        again(phone, first, pidf("open", "busy", ""), 600);
        world.store.held = false;
        world.settle();
        assertThat(world.store.publications).hasSize(1);
        assertThat(seen()).contains("busy").doesNotContain("away");
    }

    @Test
    void aRefreshIsNoNews() {
        SipMessage first = publish(phone, pidf("open", "away", ""), 600);
        seen();
        int before = watcher.notifies().size();
        again(phone, first, null, 600);
        world.advance(30);
        assertThat(watcher.notifies()).hasSize(before);
    }

    @Test
    void itEndsWithItsTime() {
        publish(phone, pidf("open", "away", ""), 60);
        assertThat(seen()).contains("away");
        world.advance(60);
        assertThat(watcher.last()).doesNotContain("away");
        assertThat(world.store.publications).isEmpty();
    }

    @Test
    void itEndsWhenItsDeviceSignsOut() {
        Device laptop = world.outside("bob");
        laptop.signIn();
        publish(phone, pidf("open", "on-the-phone", ""), 3600);
        assertThat(seen()).contains("on-the-phone");
        phone.signOut();
        assertThat(seen()).doesNotContain("on-the-phone").contains("<basic>open</basic>");
    }

    @Test
    void itEndsWhenTheConnectionOfItsDeviceBreaks() {
        publish(phone, pidf("open", "busy", ""), 3600);
        seen();
        phone.die();
        assertThat(seen()).contains("<basic>closed</basic>").doesNotContain("busy");
        assertThat(world.store.publications).isEmpty();
    }

    @Test
    void itEndsWhenTheRegistrationOfADeviceOutsideRunsOut() {
        Device laptop = world.outside("bob");
        laptop.signIn();
        publish(laptop, pidf("open", "meeting", ""), 3600);
        assertThat(seen()).contains("meeting");
        world.advance(500);
        alice.signIn();
        phone.signIn();
        world.advance(100);
        assertThat(seen()).doesNotContain("meeting").contains("<basic>open</basic>");
    }

    @Test
    void whatWasSentWithAPasswordAloneEndsWhenThePasswordIsWithdrawn() {
        Device desk = world.inside("bob");
        phone.password = "another password";
        phone.signIn();
        SipMessage published = desk.sendSigned(request(desk, pidf("open", "meeting", ""), 7200));
        assertThat(published.status()).isEqualTo(200);
        publish(phone, pidf("open", "away", "of the phone"), 600);
        assertThat(seen()).contains("meeting");
        world.account("bob", "Robert", true);
        world.engine.accountChanged(BOB, world.now);
        world.settle();
        assertThat(seen()).as("another thing of the account changes").contains("meeting");
        People.Account account = world.accounts.get(BOB);
        world.accounts.put(
                BOB,
                new People.Account(
                        BOB, account.username(), "Bob", true, account.devices().subList(0, 1)));
        world.engine.accountChanged(BOB, world.now);
        world.settle();
        assertThat(seen()).contains("of the phone").doesNotContain("meeting");
        assertThat(world.store.publications).hasSize(1);
        desk.password = "another password";
        SipMessage refresh = request(desk, null, 600);
        refresh.set(IF_MATCH, published.first(ENTITY_TAG));
        assertThat(desk.sendSigned(refresh).status()).isEqualTo(412);
    }

    @Test
    void busyBeatsAwayWhicheverCameLast() {
        Device laptop = world.outside("bob");
        laptop.signIn();
        publish(phone, pidf("open", "busy", ""), 600);
        world.advance(10);
        publish(laptop, pidf("open", "away", ""), 600);
        assertThat(seen()).contains("<rpid:busy/>").doesNotContain("away");
    }

    @Test
    void withoutABusyDeviceTheLastActivityCounts() {
        Device laptop = world.outside("bob");
        laptop.signIn();
        publish(phone, pidf("open", "away", "at lunch"), 600);
        world.advance(10);
        SipMessage working = publish(laptop, pidf("open", "working", "in"), 600);
        assertThat(seen()).contains("working").doesNotContain("at lunch");
        world.advance(10);
        publish(phone, pidf("open", "away", "gone"), 600);
        assertThat(seen()).contains("gone");
        world.advance(10);
        again(laptop, working, null, 600);
        assertThat(seen()).as("a refresh is no activity").contains("gone");
    }

    @Test
    void aDeviceThatPublishesAnewTakesTheOldBack() {
        publish(phone, pidf("open", "busy", ""), 600);
        publish(phone, pidf("open", "away", ""), 600);
        assertThat(seen()).contains("away").doesNotContain("busy");
        assertThat(world.store.publications).hasSize(1);
    }

    @Test
    void nobodyPublishesForAnother() {
        SipMessage forged = request(alice, pidf("open", "busy", ""), 600);
        forged.setRequestUri("sip:bob@acorn.example");
        forged.set(HeaderName.TO, "<sip:bob@acorn.example>");
        assertThat(alice.send(forged).status()).isEqualTo(403);
        assertThat(world.log.getLast()).contains("pool-publication-of-another");
    }

    @ParameterizedTest
    @CsvSource({
        "application/xpidf+xml, 415",
        "text/plain, 415",
    })
    void otherDocumentsAreNotRead(String type, int status) {
        SipMessage publish = request(phone, null, 600);
        publish.setBody(type, new byte[] {'x'});
        SipMessage response = phone.send(publish);
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.first(HeaderName.ACCEPT)).isEqualTo("application/pidf+xml");
    }

    @Test
    void badRequestsGetTheirCodes() {
        assertThat(publish(phone, null, 600).status()).as("no body").isEqualTo(400);
        assertThat(publish(phone, "<presence", 600).status()).as("no XML").isEqualTo(400);
        assertThat(publish(phone, pidf("open", "away", ""), 59).status()).isEqualTo(423);
        assertThat(publish(phone, pidf("open", "away", "x".repeat(17_000)), 600).status())
                .isEqualTo(413);
        SipMessage unknown = request(phone, pidf("open", "away", ""), 600);
        unknown.set(IF_MATCH, "nonsense");
        assertThat(phone.send(unknown).status()).isEqualTo(412);
        assertThat(world.store.publications).isEmpty();
    }

    @Test
    void somebodyElsesTagIsUnknown() {
        SipMessage ok = publish(phone, pidf("open", "away", ""), 600);
        assertThat(again(alice, ok, null, 600).status()).isEqualTo(412);
    }
}
