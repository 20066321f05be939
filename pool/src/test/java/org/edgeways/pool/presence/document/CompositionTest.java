package org.edgeways.pool.presence.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.edgeways.pool.presence.document.Composition.Device;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CompositionTest {

    private static final String ALICE = "sip:alice@acorn.example";

    private final XmlReader reader = new XmlReader();

    private static PresenceDocument saying(PresenceDocument.Basic basic, Activity... activities) {
        return new PresenceDocument(
                ALICE,
                List.of(new PresenceDocument.Tuple("x", basic, false, List.of(), null)),
                List.of(activities),
                List.of());
    }

    private static PresenceDocument open(Activity... activities) {
        return saying(PresenceDocument.Basic.OPEN, activities);
    }

    private static PresenceDocument closed(Activity... activities) {
        return saying(PresenceDocument.Basic.CLOSED, activities);
    }

    private static Device device(String id, @Nullable PresenceDocument said, long activeAt) {
        return new Device(id, said, activeAt);
    }

    private PresenceDocument composed(Device... devices) {
        byte[] bytes = Composition.compose(ALICE, List.of(devices));
        List<Device> reversed = Arrays.asList(devices.clone()).reversed();
        assertThat(Composition.compose(ALICE, reversed))
                .as("the order of the devices does not matter")
                .isEqualTo(bytes);
        return PresenceDocument.read(reader, bytes).orThrow();
    }

    private static List<PresenceDocument.Basic> basics(PresenceDocument document) {
        return document.tuples().stream().map(PresenceDocument.Tuple::basic).toList();
    }

    @Test
    void somebodyWithoutDevicesIsNotThere() {
        assertThat(new String(Composition.compose(ALICE, List.of()), StandardCharsets.UTF_8))
                .isEqualTo("""
                        <?xml version="1.0" encoding="UTF-8"?>
                        <presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:alice@acorn.example">
                          <tuple id="none">
                            <status>
                              <basic>closed</basic>
                            </status>
                            <contact>sip:alice@acorn.example</contact>
                          </tuple>
                        </presence>
                        """);
    }

    @Test
    void aDocumentIsWrittenAsClientsReadIt() {
        PresenceDocument said = new PresenceDocument(
                "sip:alice@desk.inside.acorn.example",
                List.of(new PresenceDocument.Tuple(
                        "t4109",
                        PresenceDocument.Basic.OPEN,
                        true,
                        List.of(new Note("en", "ask \"me\" & <him>")),
                        null)),
                List.of(Activity.ON_THE_PHONE),
                List.of(new Note("", "back at 5")));
        assertThat(new String(Composition.compose(ALICE, List.of(device("b1", said, 1))), StandardCharsets.UTF_8))
                .isEqualTo("""
                        <?xml version="1.0" encoding="UTF-8"?>
                        <presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:pidfonline="http://www.linphone.org/xsds/pidfonline.xsd" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:alice@acorn.example">
                          <tuple id="TUPLE">
                            <status>
                              <basic>open</basic>
                              <pidfonline:online/>
                            </status>
                            <contact>sip:alice@acorn.example</contact>
                            <note xml:lang="en">ask "me" &amp; &lt;him&gt;</note>
                          </tuple>
                          <dm:person id="person">
                            <rpid:activities>
                              <rpid:on-the-phone/>
                            </rpid:activities>
                            <dm:note>back at 5</dm:note>
                          </dm:person>
                        </presence>
                        """.replace(
                        "TUPLE",
                        composed(device("b1", said, 1)).tuples().getFirst().id()));
    }

    @Test
    void aDeviceThatPublishesNothingIsThere() {
        assertThat(basics(composed(device("b1", null, 1)))).containsExactly(PresenceDocument.Basic.OPEN);
    }

    @Test
    void baresipThatDoesNotKnowItsStatusIsThere() throws IOException {
        PresenceDocument unknown = PresenceDocument.read(reader, PresenceDocumentTest.file("baresip-unknown.xml"))
                .orThrow();
        assertThat(basics(composed(device("b1", unknown, 1)))).containsExactly(PresenceDocument.Basic.OPEN);
    }

    @Test
    void busyWinsOverADeviceThatWasActiveLater() {
        assertThat(composed(device("b1", open(Activity.ON_THE_PHONE), 1), device("b2", open(Activity.AWAY), 9))
                        .activities())
                .containsExactly(Activity.ON_THE_PHONE);
        assertThat(composed(device("b1", open(Activity.ON_THE_PHONE), 1), device("b2", null, 9))
                        .activities())
                .containsExactly(Activity.ON_THE_PHONE);
    }

    @Test
    void ofSeveralBusyDevicesTheOneThatWasActiveLastDecides() {
        assertThat(composed(device("b1", open(Activity.MEETING), 5), device("b2", open(Activity.BUSY), 4))
                        .activities())
                .containsExactly(Activity.MEETING);
    }

    @Test
    void amongDevicesThatAreNotBusyTheOneThatWasActiveLastDecides() {
        assertThat(composed(device("b1", open(), 5), device("b2", open(Activity.AWAY), 4))
                        .activities())
                .isEmpty();
        assertThat(composed(device("b1", open(), 5), device("b2", open(Activity.AWAY), 6))
                        .activities())
                .containsExactly(Activity.AWAY);
        assertThat(composed(device("b1", open(Activity.AWAY), 5), device("b2", null, 6))
                        .activities())
                .isEmpty();
    }

    @Test
    void aDeviceThatIsClosedDoesNotDecideWhileAnotherIsOpen() {
        PresenceDocument document =
                composed(device("b1", open(Activity.AWAY), 1), device("b2", closed(Activity.VACATION), 9));
        assertThat(document.activities()).containsExactly(Activity.AWAY);
        assertThat(basics(document)).containsExactly(PresenceDocument.Basic.OPEN, PresenceDocument.Basic.CLOSED);
        assertThat(composed(device("b1", closed(Activity.VACATION), 1)).activities())
                .containsExactly(Activity.VACATION);
    }

    @Test
    void theFirstTupleIsOpenIfAnyIsAndOfTheDeviceThatDecides() {
        for (String busy : List.of("b1", "b2", "b3")) {
            PresenceDocument document = composed(
                    device("b1", busy.equals("b1") ? open(Activity.BUSY) : open(), 1),
                    device("b2", busy.equals("b2") ? open(Activity.BUSY) : open(), 2),
                    device("b3", busy.equals("b3") ? open(Activity.BUSY) : open(), 3),
                    device("b4", closed(), 4));
            assertThat(document.tuples().getFirst().id())
                    .isEqualTo(
                            composed(device(busy, null, 1)).tuples().getFirst().id());
            assertThat(document.tuples().getLast().basic()).isEqualTo(PresenceDocument.Basic.CLOSED);
        }
    }

    @Test
    void aTupleKeepsItsIdAndDoesNotTellItsDevices() {
        String id = "laptop.inside.acorn.example";
        String first = composed(device(id, open(), 1)).tuples().getFirst().id();
        PresenceDocument later = composed(device(id, closed(), 7), device("b0", null, 3));
        assertThat(later.tuples().getLast().id()).isEqualTo(first);
        assertThat(new String(Composition.compose(ALICE, List.of(device(id, open(), 1))), StandardCharsets.UTF_8))
                .doesNotContain("inside");
    }

    @Test
    void contactsThatDevicesWriteAreNotTold() throws IOException {
        PresenceDocument said = PresenceDocument.read(reader, PresenceDocumentTest.file("rfc4480.xml"))
                .orThrow();
        String text = new String(Composition.compose(ALICE, List.of(device("b1", said, 1))), StandardCharsets.UTF_8);
        assertThat(text).doesNotContain("mobile", "secretary", "0003ba4811e3", "someone@");
        assertThat(text).containsOnlyOnce("<contact>sip:alice@acorn.example</contact>");
    }
}
