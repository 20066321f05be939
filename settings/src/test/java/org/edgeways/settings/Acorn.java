package org.edgeways.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.edgeways.settings.text.Problem;

/** A sound set of settings. */
public final class Acorn {

    /** Its documents. */
    public static final String TEXT = """
            kind: Organisation
            name: acorn
            spec:
              sipDomains: [acorn.example, oak.example]
              insideNames: [perimeter.acorn.example]
            ---
            kind: Site
            name: west
            spec:
              pool: pool
            ---
            kind: EdgeNode
            name: edge1
            spec:
              site: west
              roles: [access]
              access:
                host: sip.acorn.example
                certificates: [outside]
                settings: strict
              insideLeg:
                host: edge1.perimeter.acorn.example
                addresses: [10.3.0.11]
                port: 5062
                dialAddress: 10.1.0.11
              admin: {port: 9464}
            ---
            kind: EdgeNode
            name: edge2
            spec:
              site: west
              access:
                host: sip2.acorn.example
                aliases: [secondname.acorn.example]
                certificates: [outside-2]
              insideLeg:
                host: edge2.perimeter.acorn.example
                addresses: [10.3.0.12]
                dialAddress: 10.1.0.12
              publicAddress: 198.51.100.77
            ---
            kind: Certificate
            name: outside
            spec: {certificate: outside.crt, key: outside.key}
            ---
            kind: Certificate
            name: outside-2
            spec: {certificate: second.crt, key: second.key}
            ---
            kind: Certificate
            name: inside
            spec: {certificate: inside.crt, key: inside.key}
            ---
            kind: AccessSettings
            name: strict
            spec:
              requests:
                failedCredentials: 20
            ---
            kind: Pool
            name: pool
            spec:
              inside:
                host: pool.inside.acorn.example
                aliases: [10.9.8.7]
                certificate: inside
            ---
            kind: Connector
            name: kamailio
            spec:
              server: sip:10.0.9.9:5060;transport=tcp
              listen: {host: 10.0.9.8, address: 10.0.9.8}
            ---
            kind: Route
            name: oak
            spec:
              domains: [oak.example]
              pool: pool
            ---
            kind: Service
            name: address-book
            spec:
              host: web.inside.acorn.example
              port: 8081
            ---
            kind: Service
            name: notes
            spec:
              socket: /run/notes.sock
              nodes: [edge2]
            """;

    private Acorn() {}

    /** As a set. */
    public static Settings settings() {
        return settings(TEXT);
    }

    /** Another text as a set. */
    public static Settings settings(String text) {
        return switch (SettingsReader.read(List.of(new SettingsFile("acorn.yaml", text)))) {
            case SettingsOutcome.Good(Settings settings) -> settings;
            case SettingsOutcome.Bad bad ->
                throw new AssertionError(bad.problems().toString());
        };
    }

    /**
     * What is wrong with the set after some changes, as its administrator reads it.
     *
     * @param changes text that is in the set, and what stands there instead; then the next
     */
    public static List<String> problems(String... changes) {
        String text = TEXT;
        for (int i = 0; i < changes.length; i += 2) {
            assertThat(text).contains(changes[i]);
            text = text.replace(changes[i], changes[i + 1]);
        }
        return switch (SettingsReader.read(List.of(new SettingsFile("acorn.yaml", text)))) {
            case SettingsOutcome.Good good -> List.of();
            case SettingsOutcome.Bad bad ->
                bad.problems().stream().map(Problem::text).toList();
        };
    }
}
