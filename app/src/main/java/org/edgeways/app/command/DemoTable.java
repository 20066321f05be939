package org.edgeways.app.command;

import java.util.List;
import org.edgeways.app.demo.DemoDescription;

/** What the demo prints when it is ready: the same as {@code demo.json}, for people, with settings to copy. */
final class DemoTable {

    private DemoTable() {}

    static String of(DemoDescription demo) {
        DemoDescription.Edge edge = demo.edge();
        DemoDescription.Inside inside = demo.inside();
        DemoDescription.Person first = demo.people().getFirst();
        return """
                The demo of %s is running; Ctrl-C stops it.

                Outside, through the edge
                  SIP over TLS        %s:%d
                  SIP over WebSocket  %s
                Inside, at the pool
                  SIP over TLS        %s:%d
                CA certificate        %s
                Counters and health   %smetrics, %shealth/ready

                %s
                Softphone, for example as %s from outside; copy the values:
                  SIP address         %s
                  User name           %s
                  Password            %s
                  Outbound proxy      sip:%s:%d;transport=tls
                  Trusted CA          %s
                baresip, one line of its accounts file:
                  <%s;transport=tls>;auth_pass=%s;outbound="sip:127.0.0.1:%d;transport=tls"
                and one of its config file:
                  sip_cafile %s

                Settings: change a file in %s
                and see with ./edgeways status%s when the edge has it.
                For scripts: %s/%s   People: ./edgeways user list%s
                """.formatted(
                        demo.organisation(),
                        edge.host(),
                        edge.sipTlsPort(),
                        edge.webSocketUrl(),
                        inside.host(),
                        inside.sipTlsPort(),
                        demo.caFile(),
                        demo.admin().url(),
                        demo.admin().url(),
                        people(demo),
                        first.name(),
                        first.uri(),
                        first.username(),
                        first.password(),
                        edge.host(),
                        edge.sipTlsPort(),
                        demo.caFile(),
                        first.uri(),
                        first.password(),
                        edge.sipTlsPort(),
                        demo.caFile(),
                        demo.settingsDirectory(),
                        dataOption(demo),
                        demo.dataDirectory(),
                        DemoDescription.FILE_NAME,
                        dataOption(demo));
    }

    /** What the other commands need, to find this demo. */
    private static String dataOption(DemoDescription demo) {
        boolean usual =
                DataOption.demoDefault().toAbsolutePath().normalize().toString().equals(demo.dataDirectory());
        return usual ? "" : " --data " + demo.dataDirectory();
    }

    private static String people(DemoDescription demo) {
        List<List<String>> rows = demo.people().stream()
                .map(person -> List.of(
                        person.name(), person.uri(), person.password(), person.remoteAccess() ? "yes" : "inside only"))
                .toList();
        return Output.table(List.of("NAME", "SIP ADDRESS", "PASSWORD", "REMOTE ACCESS"), rows);
    }
}
