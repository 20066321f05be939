package org.edgeways.pool.presence.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WrittenDocumentsTest {

    private static final String ALICE = "sip:alice@acorn.example";

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void watcherInformationIsWrittenAsInRfc3858() {
        WatcherInfo info = new WatcherInfo(
                3,
                false,
                ALICE,
                "presence",
                List.of(
                        new WatcherInfo.Watcher(
                                "77ajsyy76",
                                "sip:bob@acorn.example",
                                "Bob \"B\"",
                                WatcherInfo.Status.PENDING,
                                WatcherInfo.Event.SUBSCRIBE,
                                12,
                                588),
                        new WatcherInfo.Watcher(
                                "hh8juja87s997-ass7",
                                "sip:carol@acorn.example",
                                null,
                                WatcherInfo.Status.WAITING,
                                WatcherInfo.Event.TIMEOUT,
                                -1,
                                -1)));
        assertThat(text(info.write())).isEqualTo("""
                        <?xml version="1.0" encoding="UTF-8"?>
                        <watcherinfo xmlns="urn:ietf:params:xml:ns:watcherinfo" version="3" state="partial">
                          <watcher-list resource="sip:alice@acorn.example" package="presence">
                            <watcher status="pending" id="77ajsyy76" event="subscribe" display-name="Bob &quot;B&quot;" expiration="588" duration-subscribed="12">sip:bob@acorn.example</watcher>
                            <watcher status="waiting" id="hh8juja87s997-ass7" event="timeout">sip:carol@acorn.example</watcher>
                          </watcher-list>
                        </watcherinfo>
                        """);
        assertThat(text(new WatcherInfo(0, true, ALICE, "presence", List.of()).write()))
                .contains("version=\"0\" state=\"full\"")
                .contains("<watcher-list resource=\"sip:alice@acorn.example\" package=\"presence\"/>");
    }

    @Test
    void registrationInformationIsWrittenAsInRfc3680And5628() {
        RegistrationInfo info = new RegistrationInfo(
                0,
                true,
                ALICE,
                "as9",
                RegistrationInfo.State.ACTIVE,
                List.of(
                        new RegistrationInfo.Contact(
                                "76",
                                RegistrationInfo.Event.CREATED,
                                "sip:alice@acorn.example;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                                "Alice",
                                "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>",
                                "sip:alice@acorn.example;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                                7200),
                        new RegistrationInfo.Contact(
                                "77", RegistrationInfo.Event.EXPIRED, ALICE, null, null, null, -1)));
        assertThat(text(info.write())).isEqualTo("""
                        <?xml version="1.0" encoding="UTF-8"?>
                        <reginfo xmlns="urn:ietf:params:xml:ns:reginfo" xmlns:gr="urn:ietf:params:xml:ns:gruuinfo" version="0" state="full">
                          <registration aor="sip:alice@acorn.example" id="as9" state="active">
                            <contact id="76" state="active" event="created" expires="7200">
                              <uri>sip:alice@acorn.example;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6</uri>
                              <display-name>Alice</display-name>
                              <unknown-param name="+sip.instance">"&lt;urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6&gt;"</unknown-param>
                              <gr:pub-gruu uri="sip:alice@acorn.example;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"/>
                            </contact>
                            <contact id="77" state="terminated" event="expired">
                              <uri>sip:alice@acorn.example</uri>
                            </contact>
                          </registration>
                        </reginfo>
                        """);
    }

    @Test
    void messageSummariesAreWrittenAsInRfc3842() {
        assertThat(text(new MessageSummary(ALICE, 3).write()))
                .isEqualTo(
                        "Messages-Waiting: yes\r\nMessage-Account: sip:alice@acorn.example\r\nText-Message: 3/0\r\n");
        assertThat(text(new MessageSummary(ALICE, 0).write()))
                .startsWith("Messages-Waiting: no\r\n")
                .endsWith("Text-Message: 0/0\r\n");
    }

    private static ResourceList.Resource member(String user, ResourceList.State state, byte[] body) {
        return new ResourceList.Resource(
                "sip:" + user + "@acorn.example",
                user,
                new ResourceList.Instance(
                        "i-" + user,
                        state,
                        null,
                        body.length == 0 ? null : new ResourceList.Body(PresenceDocument.CONTENT_TYPE, body)));
    }

    @Test
    void aListIsWrittenAsInRfc4662() {
        byte[] carols = {'<', 'a', '/', '>', 0, (byte) 0xff};
        ResourceList list = new ResourceList(
                ALICE,
                7,
                true,
                List.of(
                        member("bob", ResourceList.State.PENDING, new byte[0]),
                        member("carol", ResourceList.State.ACTIVE, carols),
                        new ResourceList.Resource(
                                "sip:dave@acorn.example",
                                "",
                                new ResourceList.Instance("i9", ResourceList.State.TERMINATED, "rejected", null)),
                        new ResourceList.Resource("sip:erin@acorn.example", "Erin", null)));
        ResourceList.Body whole = list.write("b0");
        assertThat(whole.contentType())
                .isEqualTo(
                        "multipart/related;type=\"application/rlmi+xml\";start=\"<list@acorn.example>\";boundary=\"b0\"");
        List<Parts.Part> parts = Parts.read(whole.contentType(), whole.bytes());
        assertThat(parts).hasSize(2);
        assertThat(parts.get(0).header("Content-ID")).isEqualTo("<list@acorn.example>");
        assertThat(parts.get(0).header("Content-Type")).isEqualTo("application/rlmi+xml;charset=\"UTF-8\"");
        assertThat(text(parts.get(0).content())).isEqualTo("""
                        <?xml version="1.0" encoding="UTF-8"?>
                        <list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:alice@acorn.example" version="7" fullState="true">
                          <resource uri="sip:bob@acorn.example">
                            <name>bob</name>
                            <instance id="i-bob" state="pending"/>
                          </resource>
                          <resource uri="sip:carol@acorn.example">
                            <name>carol</name>
                            <instance id="i-carol" state="active" cid="r1@acorn.example"/>
                          </resource>
                          <resource uri="sip:dave@acorn.example">
                            <instance id="i9" state="terminated" reason="rejected"/>
                          </resource>
                          <resource uri="sip:erin@acorn.example">
                            <name>Erin</name>
                          </resource>
                        </list>
                        """);
        assertThat(parts.get(1).header("Content-ID")).isEqualTo("<r1@acorn.example>");
        assertThat(parts.get(1).header("Content-Type")).isEqualTo(PresenceDocument.CONTENT_TYPE);
        assertThat(parts.get(1).content()).isEqualTo(carols);
    }

    @Test
    void aBodyThatHoldsTheBoundaryDoesNotEndItsPart() {
        byte[] hostile = "<a>\r\n--b0--\r\n--b0x\r\n</a>".getBytes(StandardCharsets.US_ASCII);
        ResourceList.Body whole = new ResourceList(
                        ALICE, 0, true, List.of(member("bob", ResourceList.State.ACTIVE, hostile)))
                .write("b0");
        List<Parts.Part> parts = Parts.read(whole.contentType(), whole.bytes());
        assertThat(parts).hasSize(2);
        assertThat(parts.get(1).content()).isEqualTo(hostile);
    }

    @Test
    void aMemberTakesNoMoreThanItsBytes() {
        List<ResourceList.Resource> members = new ArrayList<>();
        int bytes = 0;
        for (int i = 0; i < 1_000; i++) {
            ResourceList.Resource member = new ResourceList.Resource(
                    "sip:somebody-with-a-long-name-" + i + "@acorn.example",
                    "<\"&".repeat(i % 40),
                    new ResourceList.Instance(
                            "0123456789abcdef",
                            ResourceList.State.TERMINATED,
                            "deactivated",
                            new ResourceList.Body(PresenceDocument.CONTENT_TYPE, new byte[i])));
            members.add(member);
            bytes += member.bytes();
        }
        byte[] whole = new ResourceList(ALICE, 0, true, members)
                .write("0123456789abcdef")
                .bytes();
        byte[] none = new ResourceList(ALICE, 0, true, List.of())
                .write("0123456789abcdef")
                .bytes();
        assertThat(whole.length - none.length).isLessThanOrEqualTo(bytes);
    }

    @Test
    void charactersThatXmlDoesNotKnowAreLeftOut() {
        XmlElement element =
                XmlElement.of("", "a", "x\u0000\u000b\ufffe\ud800y\r\n").with("b", "\t\"<\u0001");
        byte[] bytes = XmlWriter.write(element);
        XmlElement again = new XmlReader().read(bytes).orThrow();
        assertThat(again.content()).isEqualTo("xy");
        assertThat(again.attribute("b")).isEqualTo("\t\"<");
    }
}
