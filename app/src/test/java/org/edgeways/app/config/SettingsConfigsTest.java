package org.edgeways.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.control.CertificateNames;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.pool.engine.MessageSettings;
import org.edgeways.pool.engine.RegistrarLimits;
import org.edgeways.pool.messages.MessageLimits;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsFile;
import org.edgeways.settings.SettingsOutcome;
import org.edgeways.settings.SettingsReader;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.settings.text.Durations;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.SipConnectionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings say everything that the JSON files say: both are written with no value that is the usual one. */
class SettingsConfigsTest {

    private static final Set<String> NOT_SETTINGS = Set.of("message", "linkSilence", "linkUnanswered", "batch");
    private static final String ADMISSION = unusual(AdmissionLimits.defaults());
    private static final String SIZE = unusual(SipLimits.DEFAULT);
    private static final String CONNECTION = unusual(SipConnectionSettings.DEFAULT);
    private static final String REQUESTS = unusual(EdgeLimits.DEFAULT);
    private static final String TRANSACTIONS = unusual(SipEngineLimits.DEFAULT);
    private static final String REGISTRAR = unusual(RegistrarLimits.DEFAULT);
    private static final String DELIVERY = unusual(MessageSettings.DEFAULT);
    private static final String WAITING = unusual(MessageLimits.DEFAULT);
    private static final String PRESENCE = unusual(PresenceLimits.DEFAULT);

    @TempDir
    Path directory;

    /** The inside of a JSON object, which is YAML too, with every limit one less than usual. */
    private static String unusual(Record usual) {
        List<String> keys = new ArrayList<>();
        for (RecordComponent limit : usual.getClass().getRecordComponents()) {
            if (!NOT_SETTINGS.contains(limit.getName())) {
                keys.add("\"" + limit.getName() + "\": " + unusual(limit, usual));
            }
        }
        return String.join(", ", keys);
    }

    private static String unusual(RecordComponent limit, Record usual) {
        try {
            return switch (limit.getAccessor().invoke(usual)) {
                case Integer number -> Integer.toString(number - 1);
                case Long number -> Long.toString(number - 1);
                case Duration time -> "\"" + Durations.text(time.minusSeconds(1)) + "\"";
                case Object other -> throw new IllegalStateException(limit + " is " + other);
            };
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Settings settings(String text) {
        return switch (SettingsReader.read(List.of(new SettingsFile("acorn.yaml", text)))) {
            case SettingsOutcome.Good(Settings settings) -> settings;
            case SettingsOutcome.Bad bad ->
                throw new AssertionError(bad.problems().toString());
        };
    }

    private Settings settings() {
        return settings("""
                kind: Organisation
                name: acorn
                spec: {sipDomains: [acorn.example, oak.example], insideNames: [inside.acorn.example], hideTopology: false}
                ---
                kind: EdgeNode
                name: edge1
                spec:
                  certificateCheck: 7s
                  access:
                    host: sip.acorn.example
                    aliases: [a.acorn.example, 192.0.2.7]
                    addresses: [127.0.0.2, "::1"]
                    sipTlsPort: 5161
                    webSocketPort: 5443
                    origins: ["https://chat.acorn.example"]
                    certificates: [outside]
                    settings: unusual
                  insideLeg: {host: edge1.acorn.example, addresses: [127.0.0.3], port: 5162,
                    dialAddress: 10.0.0.7, dialPort: 5999, connections: 9}
                ---
                kind: AccessSettings
                name: unusual
                spec:
                  admission: {%s}
                  message: {%s}
                  connection: {%s}
                  requests: {%s}
                  transactions: {%s}
                  link: {admission: {%s}, linkSilence: 59s}
                ---
                {kind: Certificate, name: outside, spec: {certificate: out.crt, key: out.key}}
                ---
                {kind: Certificate, name: inside, spec: {certificate: in.crt, key: in.key}}
                ---
                kind: Pool
                name: main
                spec:
                  certificateCheck: 8s
                  digestAlgorithms: [SHA-256, MD5]
                  presenceDefault: ask
                  inside: {host: pool.acorn.example, aliases: [p], addresses: [127.0.0.4], sipTlsPort: 5062,
                    certificate: inside, admission: {%s}, message: {%s}}
                  link: {keepAlive: 29s, pongTimeout: 9s, longestBackOff: 31s}
                  limits:
                    registrar: {%s}
                    delivery: {%s}
                    waiting: {%s}
                    presence: {%s}
                    transactions: {%s}
                """.formatted(
                        ADMISSION,
                        SIZE,
                        CONNECTION,
                        REQUESTS,
                        TRANSACTIONS,
                        ADMISSION,
                        ADMISSION,
                        SIZE,
                        REGISTRAR,
                        DELIVERY,
                        WAITING,
                        PRESENCE,
                        TRANSACTIONS));
    }

    private SettingsConfigs.Identity link() {
        return new SettingsConfigs.Identity(
                new CertificateFiles(directory.resolve("link.crt"), directory.resolve("link.key")),
                directory.resolve("ca.crt"));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("config.json"), text);
    }

    @Test
    void anEdgeNodeIsToldTheSameByItsSnapshotAsByItsFile() throws IOException {
        EdgeConfig file =
                EdgeConfig.read(write("""
                {"node": "edge1", "data": ".", "sipDomains": ["acorn.example", "oak.example"],
                 "insideNames": ["inside.acorn.example", "edge1.acorn.example"], "hideTopology": false,
                 "certificateCheck": "7s", "nextHop": "service:main",
                 "outside": {"host": "sip.acorn.example", "aliases": ["a.acorn.example", "192.0.2.7"],
                   "addresses": ["127.0.0.2", "::1"], "sipTlsPort": 5161, "webSocketPort": 5443,
                   "origins": ["https://chat.acorn.example"], "certificate": "out.crt", "key": "out.key",
                   "limits": {%s, %s, %s}},
                 "link": {"host": "edge1.node.edgeways.internal", "addresses": ["127.0.0.3"], "port": 5162,
                   "certificate": "link.crt", "key": "link.key", "authority": "ca.crt",
                   "limits": {%s, "linkSilence": "59s"}},
                 "limits": {%s, %s}}
                """.formatted(ADMISSION, SIZE, CONNECTION, ADMISSION, REQUESTS, TRANSACTIONS)));
        EdgeSnapshot snapshot = EdgeSnapshot.of(settings(), "edge1", 1, new EdgeSnapshot.Trust(List.of(), List.of()));
        assertThat(SettingsConfigs.edge(snapshot, directory.normalize(), link()))
                .isEqualTo(file);
    }

    /** Else an ACK, a BYE or whatever else goes through a call that was set up would not find the node. */
    @Test
    void aNodeWritesInsideTheNameByWhichTheInsideDialsIt() {
        EdgeSnapshot snapshot = EdgeSnapshot.of(settings(), "edge1", 1, new EdgeSnapshot.Trust(List.of(), List.of()));
        EdgeConfig config = SettingsConfigs.edge(snapshot, directory, link());
        assertThat(config.link().host()).isEqualTo(CertificateNames.ofNode("edge1"));
        assertThat(config.insideNames())
                .as("what must not be read outside")
                .contains(snapshot.insideLeg().host());
    }

    @Test
    void aPoolIsToldTheSameByTheSettingsAsByItsFile() throws IOException {
        PoolConfig file = PoolConfig.read(
                write("""
                {"data": ".", "sipDomains": ["acorn.example", "oak.example"], "certificateCheck": "8s",
                 "digestAlgorithms": ["SHA-256", "MD5"], "presenceDefault": "ask",
                 "inside": {"host": "pool.acorn.example", "aliases": ["p"], "addresses": ["127.0.0.4"],
                   "sipTlsPort": 5062, "certificate": "in.crt", "key": "in.key", "limits": {%s, %s}},
                 "link": {"certificate": "link.crt", "key": "link.key", "authority": "ca.crt",
                   "limits": {"keepAlive": "29s", "pongTimeout": "9s", "longestBackOff": "31s"}},
                 "limits": {%s, %s, %s, %s, "presence": {%s}}}
                """.formatted(ADMISSION, SIZE, REGISTRAR, DELIVERY, WAITING, TRANSACTIONS, PRESENCE)));
        assertThat(SettingsConfigs.pool(settings(), "main", directory.normalize(), link()))
                .isEqualTo(file);
    }
}
