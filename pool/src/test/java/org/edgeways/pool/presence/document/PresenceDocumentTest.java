package org.edgeways.pool.presence.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.edgeways.testkit.fuzz.Corpus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PresenceDocumentTest {

    private static final String OPEN =
            "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:r=\"urn:ietf:params:xml:ns:pidf:rpid\" "
                    + "xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" entity=\"sip:a@b\">";
    private static final String CLOSE = "</presence>";

    private final XmlReader reader = new XmlReader();

    static byte[] file(String name) throws IOException {
        return Files.readAllBytes(Corpus.directory(DocumentFuzzTest.class, "presenceIsReadOrRefused")
                .resolve(name));
    }

    private PresenceDocument read(String text) {
        return PresenceDocument.read(reader, text.getBytes(StandardCharsets.UTF_8))
                .orThrow();
    }

    private ErrorCode refused(byte[] bytes) {
        return PresenceDocument.read(reader, bytes) instanceof Result.Bad<PresenceDocument> bad
                ? bad.code()
                : fail(bytes);
    }

    private static ErrorCode fail(byte[] bytes) {
        throw new AssertionError("it was read: " + new String(bytes, StandardCharsets.UTF_8));
    }

    @Test
    void readsWhatBaresipPublishes() throws IOException {
        PresenceDocument said =
                PresenceDocument.read(reader, file("baresip.xml")).orThrow();
        assertThat(said.entity()).isEqualTo("sip:alice@acorn.example");
        assertThat(said.tuples())
                .containsExactly(
                        new PresenceDocument.Tuple("t4109", PresenceDocument.Basic.OPEN, false, List.of(), null));
        assertThat(said.activities()).isEmpty();
        assertThat(PresenceDocument.read(reader, file("baresip-unknown.xml"))
                        .orThrow()
                        .tuples()
                        .getFirst()
                        .basic())
                .isEqualTo(PresenceDocument.Basic.UNKNOWN);
    }

    @Test
    void readsWhatLinphonePublishes() throws IOException {
        PresenceDocument said =
                PresenceDocument.read(reader, file("linphonec.xml")).orThrow();
        assertThat(said.tuples())
                .containsExactly(new PresenceDocument.Tuple(
                        "u69me4", PresenceDocument.Basic.OPEN, true, List.of(), Instant.parse("2026-11-23T01:33:03Z")));
    }

    @Test
    void readsTheExampleOfRfc3863WithItsPrefixes() throws IOException {
        PresenceDocument said =
                PresenceDocument.read(reader, file("rfc3863.xml")).orThrow();
        assertThat(said.tuples()).hasSize(2);
        assertThat(said.tuples().getFirst().notes())
                .containsExactly(
                        new Note("en", "Don't Disturb Please!"), new Note("fr", "Ne derangez pas, s'il vous plait"));
        assertThat(said.notes()).containsExactly(new Note("", "I'll be in Tokyo next week"));
    }

    @Test
    void readsTheActivitiesOfTheExampleOfRfc4480AndNoMoodOrPlace() throws IOException {
        PresenceDocument said =
                PresenceDocument.read(reader, file("rfc4480.xml")).orThrow();
        assertThat(said.activities()).containsExactly(Activity.AWAY, Activity.ON_THE_PHONE);
        assertThat(said.notes()).containsExactly(new Note("", "Scoring 120"));
    }

    @Test
    void readsActivitiesWhereverClientsWriteThem() throws IOException {
        assertThat(PresenceDocument.read(reader, file("draft-rpid.xml"))
                        .orThrow()
                        .activities())
                .containsExactly(Activity.BUSY);
        assertThat(read(OPEN + "<tuple id=\"t\"><r:activities><r:meeting/></r:activities></tuple>" + CLOSE)
                        .activities())
                .containsExactly(Activity.MEETING);
        assertThat(read(OPEN + "<r:activities><r:TV/></r:activities>" + CLOSE).activities())
                .containsExactly(Activity.TV);
    }

    @ParameterizedTest
    @CsvSource({
        "<r:dnd/>, BUSY",
        "<r:other>do-not-disturb</r:other>, BUSY",
        "<r:other>gardening</r:other>, OTHER",
        "<r:on-the-phone/>, ON_THE_PHONE",
        "<r:looking-for-work/>, LOOKING_FOR_WORK"
    })
    void readsActivitiesThatRfc4480KnowsAndDoNotDisturb(String element, Activity expected) {
        assertThat(read(OPEN + "<dm:person id=\"p\"><r:activities>" + element + "</r:activities></dm:person>" + CLOSE)
                        .activities())
                .containsExactly(expected);
    }

    @Test
    void leavesOutActivitiesThatNobodyKnows() {
        assertThat(read(OPEN + "<r:activities><r:juggling/><note>x</note></r:activities>" + CLOSE)
                        .activities())
                .isEmpty();
    }

    @Test
    void cutsLongNotesBetweenCharacters() {
        String face = "\ud83d\ude00";
        String text = "x".repeat(Note.LONGEST - 1) + face;
        assertThat(read(OPEN + "<note>" + text + "</note>" + CLOSE).notes())
                .containsExactly(new Note("", "x".repeat(Note.LONGEST - 1)));
        assertThat(read(OPEN + "<note>" + "x".repeat(Note.LONGEST) + "</note>" + CLOSE)
                        .notes()
                        .getFirst()
                        .text())
                .hasSize(Note.LONGEST);
        assertThat(read(OPEN + "<note>n</note>".repeat(Note.MOST + 1) + CLOSE).notes())
                .hasSize(Note.MOST);
    }

    @Test
    void dropsATimeThatIsNone() {
        for (String time : List.of("yesterday", "", "-99999-01-01T00:00:00Z", "+99999-01-01T00:00:00Z")) {
            assertThat(read(OPEN + "<tuple id=\"t\"><timestamp>" + time + "</timestamp></tuple>" + CLOSE)
                            .tuples()
                            .getFirst()
                            .timestamp())
                    .as(time)
                    .isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "doctype.xml, pool-document-xml-forbidden",
        "xml-1.1.xml, pool-document-xml-forbidden",
        "external-entity.xml, pool-document-xml-forbidden",
        "unknown-entity.xml, pool-document-xml-malformed",
        "forbidden-characters.xml, pool-document-xml-malformed",
        "unbound-prefix.xml, pool-document-xml-malformed",
        "cut.xml, pool-document-xml-malformed",
        "two-roots.xml, pool-document-xml-malformed",
        "attribute-twice.xml, pool-document-xml-malformed",
        "not-utf-8.bin, pool-document-xml-malformed",
        "empty.bin, pool-document-xml-malformed",
        "deep.xml, pool-document-xml-too-large",
        "many.xml, pool-document-presence-malformed"
    })
    void refusesWhatIsNoPresenceDocument(String file, String code) throws IOException {
        assertThat(refused(file(file)).code()).isEqualTo(code);
    }

    @Test
    void depthAndNumberOfPartsHaveTheirLimits() {
        assertThat(xml("<a>".repeat(XmlReader.DEPTH) + "</a>".repeat(XmlReader.DEPTH)))
                .isInstanceOf(Result.Ok.class);
        assertThat(xml("<a>".repeat(XmlReader.DEPTH + 1) + "</a>".repeat(XmlReader.DEPTH + 1)))
                .isInstanceOf(Result.Bad.class);
        assertThat(xml("<a>" + "<b/>".repeat(XmlReader.PARTS - 1) + "</a>")).isInstanceOf(Result.Ok.class);
        assertThat(xml("<a>" + "<b/>".repeat(XmlReader.PARTS) + "</a>")).isInstanceOf(Result.Bad.class);
        assertThat(xml("<a>" + "<b c='d'/>".repeat(XmlReader.PARTS / 2) + "</a>"))
                .isInstanceOf(Result.Bad.class);
    }

    @Test
    void lengthHasItsLimit() {
        byte[] document = new byte[XmlReader.BYTES];
        Arrays.fill(document, (byte) ' ');
        document[0] = '<';
        document[1] = 'a';
        document[XmlReader.BYTES - 2] = '/';
        document[XmlReader.BYTES - 1] = '>';
        assertThat(reader.read(document)).isInstanceOf(Result.Ok.class);
        byte[] longer = Arrays.copyOf(document, XmlReader.BYTES + 1);
        longer[XmlReader.BYTES] = ' ';
        assertThat(((Result.Bad<XmlElement>) reader.read(longer)).code()).isEqualTo(DocumentErrorCode.XML_TOO_LARGE);
    }

    private Result<XmlElement> xml(String text) {
        return reader.read(text.getBytes(StandardCharsets.UTF_8));
    }
}
