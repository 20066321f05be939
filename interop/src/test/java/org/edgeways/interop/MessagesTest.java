package org.edgeways.interop;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** baresip, linphonec, JsSIP in Chromium and sipp, all outside, exchange messages through the edge, each with each. */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MessagesTest {
    private static final int TONE = 440;

    private final Map<String, Account> accounts = new HashMap<>();
    private final Map<String, Messenger> clients = new HashMap<>();
    private DemoServer demo;
    private Socat socat;

    @BeforeAll
    void everybodySignsIn() {
        demo = DemoServer.start("messages-demo");
        accounts.put("baresip", demo.outside("alice"));
        accounts.put("linphonec", demo.outside("bob"));
        accounts.put("chromium", demo.outside("carol"));
        accounts.put("sipp", demo.addPerson("erin"));
        List<String> contacts = accounts.values().stream().map(Account::uri).toList();
        clients.put("chromium", ChromiumJsSip.start("messages-chromium", accounts.get("chromium")));
        clients.put("baresip", Baresip.start("messages-baresip", accounts.get("baresip"), TONE, contacts));
        clients.put("linphonec", Linphonec.start("messages-linphonec", accounts.get("linphonec")));
        Account erin = accounts.get("sipp");
        socat = Socat.start("messages-socat", erin.host(), erin.sipTlsPort(), erin.caFile());
        clients.put("sipp", Sipp.start("messages-sipp", erin, socat));
        clients.values().forEach(Messenger::awaitSignedIn);
    }

    @AfterAll
    void stop() {
        clients.values().forEach(Messenger::close);
        if (socat != null) {
            socat.close();
        }
        if (demo != null) {
            demo.close();
        }
    }

    static Stream<Arguments> pairs() {
        List<String> names = List.of("baresip", "linphonec", "chromium", "sipp");
        return names.stream()
                .flatMap(from -> names.stream().filter(to -> !to.equals(from)).map(to -> Arguments.of(from, to)));
    }

    /** The text has letters outside ASCII. */
    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void aMessageArrives(String from, String to) {
        String text = "Grüße von " + from + " für " + to;
        clients.get(from).sendMessage(accounts.get(to).uri(), text);
        clients.get(to).awaitMessage(accounts.get(from).uri(), text);
    }
}
