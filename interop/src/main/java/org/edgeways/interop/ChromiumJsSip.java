package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Chromium with JsSIP in a page: SIP over secure WebSocket, the server's certificate verified against the authority in a
 * certificate store of its own. {@code browser/phone.js} drives it: commands as JSON lines in, events as lines out.
 */
public final class ChromiumJsSip implements Softphone {
    private static final Path BROWSER = Path.of("browser");
    private static final Duration INSTALL = Duration.ofMinutes(3);
    private static final Duration BROWSER_START = Duration.ofSeconds(60);
    /** Sound has gaps on a busy machine, and a relay that does not answer is asked again for a while. */
    private static final Duration MEDIA = Duration.ofSeconds(60);

    private final JsonMapper json = JsonMapper.builder().build();
    private final WorkDirectory directory;
    private final RunningProgram program;
    /** Who comes before the inside has reached the node (480) signs in again a moment later. */
    private final boolean patient;

    private Account account;
    /** What it said before belongs to somebody else's time. */
    private int mark;

    private ChromiumJsSip(Account account, WorkDirectory directory, RunningProgram program, boolean patient) {
        this.account = account;
        this.patient = patient;
        this.directory = directory;
        this.program = program;
    }

    /** Starts a browser; the page in it signs in at once. Its media may go over loopback. */
    public static ChromiumJsSip start(String name, Account account) {
        return start(name, account, 0, List.of("--allow-loopback-in-peer-connection"), false);
    }

    /** The same, of a page that signs in again where it was refused since the inside had not reached the node yet. */
    public static ChromiumJsSip startPatient(String name, Account account) {
        return start(name, account, 0, List.of("--allow-loopback-in-peer-connection"), true);
    }

    /**
     * Starts a browser that has real addresses; the page in it signs in at once.
     *
     * @param pagePort port of localhost, at its place, that the page comes from: {@code http://localhost:PORT} is its web origin
     */
    public static ChromiumJsSip start(String name, Account account, int pagePort) {
        return start(name, account, pagePort, List.of(), false);
    }

    private static ChromiumJsSip start(
            String name, Account account, int pagePort, List<String> arguments, boolean patient) {
        Path node = Program.NODE.path();
        Path chromium = Program.CHROMIUM.path();
        Packages.install();
        WorkDirectory directory = WorkDirectory.create();
        Map<String, String> environment = directory.environment();
        trust(name, directory, environment, account.caFile());
        List<String> command = new ArrayList<>(List.of(
                node.toString(),
                "phone.js",
                chromium.toString(),
                directory.path().resolve("profile").toString(),
                Integer.toString(pagePort)));
        command.addAll(arguments);
        RunningProgram program = RunningProgram.start(account.place(), name, BROWSER, environment, command);
        ChromiumJsSip phone = new ChromiumJsSip(account, directory, program, patient);
        try {
            program.transcript().await("the browser starts", Pattern.compile("(?m)^ready$"), BROWSER_START);
            phone.signInAs(account);
            return phone;
        } catch (RuntimeException | Error e) {
            phone.close();
            throw e;
        }
    }

    /** Somebody else signs in after {@link #leave}, in a new page of the same browser, at the same server. */
    public void signInAs(Account other) {
        account = other;
        mark = program.transcript().mark();
        command(Map.of(
                "command", "signIn",
                "url", account.webSocketUrl(),
                "uri", account.uri(),
                "username", account.username(),
                "password", account.password(),
                "again", patient));
    }

    /** Signs out, and leaves the page. */
    public void leave() {
        int from = program.transcript().mark();
        command(Map.of("command", "leave"));
        program.transcript().await("the browser leaves the page", Pattern.compile("(?m)^left$"), from, BROWSER_START);
    }

    /** Installs exactly what the lock file names, unless that has been done; looks once in a test process. */
    private static final class Packages {
        static {
            OneAtATime.run("npm", () -> {
                if (!packagesAreThere()) {
                    installMissing();
                }
            });
        }

        /** Returns when they are there. */
        static void install() {
            // done with the class
        }
    }

    private static boolean packagesAreThere() {
        List<String> list = List.of(Program.NPM.path().toString(), "ls", "--silent");
        try (RunningProgram check = RunningProgram.start("npm-ls", BROWSER, Map.of(), list)) {
            return check.awaitExit(INSTALL) == 0;
        }
    }

    private static void installMissing() {
        List<String> install = List.of(Program.NPM.path().toString(), "ci", "--no-audit", "--no-fund");
        try (RunningProgram running = RunningProgram.start("npm-ci", BROWSER, Map.of(), install)) {
            if (running.awaitExit(INSTALL) != 0) {
                throw new AssertionError(
                        "npm ci failed:\n" + running.transcript().text());
            }
        }
    }

    private static void trust(String name, WorkDirectory directory, Map<String, String> environment, Path caFile) {
        directory.write(".pki/nssdb/keep", "");
        String store = "sql:" + directory.path().resolve(".pki/nssdb");
        String certutil = Program.CERTUTIL.path().toString();
        List<List<String>> steps = List.of(
                List.of(certutil, "-d", store, "-N", "--empty-password"),
                List.of(certutil, "-d", store, "-A", "-t", "C,,", "-n", "authority", "-i", caFile.toString()));
        for (List<String> step : steps) {
            try (RunningProgram running =
                    RunningProgram.start(name + "-certutil", directory.path(), environment, step)) {
                if (running.awaitExit(STEP) != 0) {
                    throw new AssertionError(
                            "certutil failed:\n" + running.transcript().text());
                }
            }
        }
    }

    @Override
    public void awaitSignedIn() {
        await("signs in", "(?m)^registered$");
    }

    @Override
    public void awaitCredentialsRefused() {
        await("is refused", "(?m)^registrationFailed 40[13] .*");
    }

    /** Waits until the browser has failed to connect, as it does when it does not trust the certificate. */
    public void awaitConnectionRefused() {
        await("cannot connect", "ERR_CERT_AUTHORITY_INVALID");
    }

    @Override
    public void sendMessage(String toUri, String text) {
        command(Map.of("command", "message", "uri", toUri, "text", text));
    }

    /** Waits until the server has accepted the message with 2xx. */
    public void awaitMessageAccepted(String text) {
        await("sends \"" + text + "\"", "(?m)^accepted 2\\d\\d " + Pattern.quote(text) + "$");
    }

    @Override
    public void awaitMessage(String fromUri, String text) {
        await("receives \"" + text + "\"", "(?m)^message " + Pattern.quote(fromUri) + " " + Pattern.quote(text) + "$");
    }

    /** Calls somebody; calls that come in are answered by themselves. */
    public void call(String uri) {
        command(Map.of("command", "call", "uri", uri));
    }

    public void hangUp() {
        command(Map.of("command", "hangUp"));
    }

    public void awaitCallEstablished() {
        await("talks", "(?m)^established$");
    }

    /** Waits until packets with sound in them have come. */
    public void awaitMedia() {
        await("hears something", "(?m)^media \\d+$");
    }

    public void awaitCallClosed() {
        await("ends the call", "(?m)^ended ");
    }

    /**
     * Asks the server for credentials for its relay, as a web client does.
     *
     * @return what the page got
     */
    public RelayAccess askForRelay() {
        return askForRelay("https://" + account.host() + ":" + account.sipTlsPort() + "/av/v1/credentials");
    }

    /** As {@link #askForRelay()}, somewhere else. */
    public RelayAccess askForRelay(String url) {
        int from = program.transcript().mark();
        command(Map.of(
                "command", "credentials", "url", url, "username", account.username(), "password", account.password()));
        return RelayAccess.of(said("gets credentials", "credentials 200 (.*)", from, STEP));
    }

    /**
     * From now on its calls go through a relay only, and it sends a tone instead of Chromium's beep. Calls before are
     * forgotten: what is waited for comes after this.
     *
     * @param urls those of the relay that it may use
     */
    public void relayCalls(RelayAccess access, List<String> urls, int hertz) {
        relayCalls(access, urls, hertz, false);
    }

    /** As {@link #relayCalls(RelayAccess, List, int)}, with a moving picture beside the tone. */
    public void relayVideoCalls(RelayAccess access, List<String> urls, int hertz) {
        relayCalls(access, urls, hertz, true);
    }

    private void relayCalls(RelayAccess access, List<String> urls, int hertz, boolean video) {
        mark = program.transcript().mark();
        command(Map.of("command", "relay", "servers", servers(access, urls), "hertz", hertz, "video", video));
    }

    private static List<Map<String, Object>> servers(RelayAccess access, List<String> urls) {
        return List.of(Map.of("urls", urls, "username", access.username(), "credential", access.credential()));
    }

    /**
     * What a call's sound has come by, as the browser's statistics say, and what it is.
     *
     * @param candidateType of the own end, {@code relay}
     * @param relayProtocol by which the browser speaks with the relay: {@code udp}, {@code tcp} or {@code tls}
     * @param url the relay that was used
     * @param totalAudioEnergy of the sound received
     * @param packetsReceived with sound
     * @param hertz the frequency of the tone that it hears, to about 3 Hz
     * @param framesDecoded pictures of the other end's video; 0 where there is none
     */
    public record Heard(
            String candidateType,
            String relayProtocol,
            String url,
            double totalAudioEnergy,
            long packetsReceived,
            double hertz,
            long framesDecoded) {}

    /** Waits until the page hears a clear tone in its call. */
    public Heard measure() {
        int from = program.transcript().mark();
        command(Map.of("command", "measure"));
        return json.convertValue(said("hears a tone", "measured (.*)", from, MEDIA), Heard.class);
    }

    /**
     * Has the browser ask a relay for addresses, and waits until all has been answered or has failed.
     *
     * @return the protocols by which it got one, in alphabetical order
     */
    public List<String> gather(RelayAccess access, List<String> urls) {
        int from = program.transcript().mark();
        command(Map.of("command", "gather", "servers", servers(access, urls)));
        String protocols = program.transcript()
                .await(account.username() + " gathers", Pattern.compile("(?m)^gathered (.*)\\.$"), from, MEDIA)
                .group(1);
        return protocols.isEmpty() ? List.of() : List.of(protocols.split(",", -1));
    }

    private JsonNode said(String what, String pattern, int from, Duration limit) {
        String text = program.transcript()
                .await(account.username() + " " + what, Pattern.compile("(?m)^" + pattern + "$"), from, limit)
                .group(1);
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Watches somebody's presence. */
    public void watch(String uri) {
        command(Map.of("command", "watch", "uri", uri));
    }

    /** Watches all contacts on its person's list, with one subscription. */
    public void watchList() {
        command(Map.of("command", "watchList"));
    }

    /** Asks on which devices its person is signed in (RFC 3680), now and whenever that changes. */
    public void watchDevices() {
        command(Map.of("command", "watchOwn", "event", "reg", "type", "application/reginfo+xml"));
    }

    /** Waits until it has been told of so many devices of its person, one number after the other. */
    public void awaitDevices(int... counts) {
        await(
                "is told of its devices",
                "(?ms)"
                        + Arrays.stream(counts)
                                .mapToObj(count -> "^devices " + count + "$")
                                .collect(Collectors.joining(".*")));
    }

    /** Asks who watches its person (RFC 3857), now and whenever that changes. */
    public void watchWatchers() {
        command(Map.of("command", "watchOwn", "event", "presence.winfo", "type", "application/watcherinfo+xml"));
    }

    /**
     * Waits until it is told how somebody stands who watches its person.
     *
     * @param status {@code pending}, {@code active}, {@code waiting} or {@code terminated}
     */
    public void awaitWatcher(String uri, String status) {
        await("is watched by " + uri, "(?m)^watcher " + Pattern.quote(uri) + " " + status + "$");
    }

    /** Waits until it is told of the presence of somebody on the list. */
    public void awaitListed(String uri, String basic) {
        await("sees " + uri + " on the list", "(?m)^listed " + Pattern.quote(uri) + " " + basic + "$");
    }

    /** Waits until it is told that somebody is not on the list any more. */
    public void awaitUnlisted(String uri) {
        await("does not see " + uri + " on the list", "(?m)^unlisted " + Pattern.quote(uri) + " noresource$");
    }

    /** Waits until it is told of these members of the list. */
    public void awaitMembers(boolean all, String... uris) {
        await("is told of the list", "(?m)^list " + all + " " + Pattern.quote(String.join(",", uris)) + "$");
    }

    /** The public GRUU (RFC 5627) that the server has given it. */
    public String awaitGruu() {
        return program.transcript()
                .await(account.username() + " has a GRUU", Pattern.compile("(?m)^gruu (sip:.*)$"), mark, STEP)
                .group(1);
    }

    /**
     * Publishes its own presence and waits until the server has taken it.
     *
     * @param basic {@code open} or {@code closed} (RFC 3863)
     * @param activity an element of RFC 4480, such as {@code on-the-phone}; empty for none
     */
    public void publish(String basic, String activity) {
        command(Map.of("command", "publish", "basic", basic, "activity", activity));
        await("publishes " + activity, "(?m)^published 200 " + basic + " " + activity + "$");
    }

    /** Waits until it is told of somebody's presence, with the activities separated by commas. */
    public void awaitPresence(String uri, String basic, String activities) {
        await(
                "sees " + uri + " " + basic,
                "(?m)^presence " + Pattern.quote(uri) + " " + basic + " " + activities + "$");
    }

    /** Waits until its subscription waits for a decision. */
    public void awaitPending(String uri) {
        await("waits for " + uri, "(?m)^pending " + Pattern.quote(uri) + "$");
    }

    /** Waits until its subscription, which showed something, waits for a decision again. */
    public void awaitPendingAgain(String uri) {
        String quoted = Pattern.quote(uri);
        await("waits for " + uri + " again", "(?ms)^presence " + quoted + " .*^pending " + quoted + "$");
    }

    /** Waits until its subscription has ended for this reason (RFC 6665 section 4.1.3), or was refused. */
    public void awaitUnwatched(String uri, String reason) {
        await("does not see " + uri, "(?m)^unwatched " + Pattern.quote(uri) + " \\d+ " + reason + "$");
    }

    private void command(Map<String, ?> command) {
        try {
            program.say(json.writeValueAsString(command));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await(String what, String pattern) {
        program.transcript().await(account.username() + " " + what, Pattern.compile(pattern), mark, STEP);
    }

    @Override
    public void close() {
        if (program.isAlive()) {
            command(Map.of("command", "quit"));
        }
        program.close();
        directory.close();
    }
}
