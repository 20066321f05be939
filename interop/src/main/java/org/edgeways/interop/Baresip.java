package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * baresip 1.0: a softphone that plays a tone instead of a microphone and records what it hears. It never verifies the
 * server's certificate.
 *
 * <p>It sends its messages to the <em>current contact</em>, so contacts are given at the start. It prints no received
 * message; the SIP trace ({@code -s}) is read instead.
 */
public final class Baresip implements Softphone {
    private static final Duration MEDIA = Duration.ofSeconds(20);

    private static final int ANY_TONE = 440;

    /** It subscribes a second after its start, signed in or not; if it is refused then, again after 30 seconds. */
    private static final Duration WATCHING = STEP.plusSeconds(35);

    /** What it does besides talking and writing, and what that takes in its three files. */
    private record Besides(String config, String accountParameters, String contactParameters) {
        static final Besides NOTHING = new Besides("", "", "");
        static final Besides PRESENCE = new Besides("module_app presence.so\n", ";pubint=60", ";presence=p2p");
        static final Besides MESSAGES = new Besides("module_app mwi.so\n", ";mwi=yes", "");

        /** All media goes through the relay: its address is the only one that the other side is told. */
        static Besides relayedMedia(TurnAccount relay) {
            return new Besides("module turn.so\n", ";medianat=turn" + relayParameters(relay), "");
        }

        /** As browsers do: ICE with an address at the relay, one port for all of a call, keys by DTLS. */
        static Besides asBrowsersDo(TurnAccount relay) {
            return new Besides(
                    "module ice.so\nmodule srtp.so\nmodule dtls_srtp.so\nrtcp_mux yes\n",
                    ";medianat=ice;mediaenc=dtls_srtp" + relayParameters(relay),
                    "");
        }

        private static String relayParameters(TurnAccount relay) {
            return ";stunserver=\"turn:%s:%d\";stunuser=%s;stunpass=%s"
                    .formatted(relay.host(), relay.port(), relay.username(), relay.password());
        }
    }

    private final Account account;
    private final List<String> contacts;
    private final WorkDirectory directory;
    private final RunningProgram program;
    private final BaresipControl control;

    private Baresip(
            Account account,
            List<String> contacts,
            WorkDirectory directory,
            RunningProgram program,
            BaresipControl control) {
        this.account = account;
        this.contacts = contacts;
        this.directory = directory;
        this.program = program;
        this.control = control;
    }

    /**
     * Starts it; it signs in at once and answers calls by itself.
     *
     * @param toneHertz the tone it plays into a call
     * @param contacts the addresses that it can send messages to
     */
    public static Baresip start(String name, Account account, int toneHertz, List<String> contacts) {
        return start(name, account, toneHertz, contacts, Besides.NOTHING);
    }

    /** As {@link #start}; it also publishes its presence and watches that of its contacts. */
    public static Baresip startWatching(String name, Account account, int toneHertz, List<String> contacts) {
        return start(name, account, toneHertz, contacts, Besides.PRESENCE);
    }

    /** As {@link #start}; it also subscribes to the number of messages that wait for its person (RFC 3842). */
    public static Baresip startCountingMessages(String name, Account account) {
        return start(name, account, ANY_TONE, List.of(), Besides.MESSAGES);
    }

    /** As {@link #start}; all its media goes through a relay (TURN over UDP). */
    public static Baresip startRelayed(String name, Account account, int toneHertz, TurnAccount relay) {
        return start(name, account, toneHertz, List.of(), Besides.relayedMedia(relay));
    }

    /** As {@link #start}; its media is what browsers speak (ICE, DTLS-SRTP), with an address at a relay (TURN over UDP). */
    public static Baresip startAsBrowsersDo(String name, Account account, int toneHertz, TurnAccount relay) {
        return start(name, account, toneHertz, List.of(), Besides.asBrowsersDo(relay));
    }

    private static Baresip start(String name, Account account, int toneHertz, List<String> contacts, Besides besides) {
        Path executable = Program.BARESIP.path();
        int ports = LoopbackPorts.consecutive(3);
        WorkDirectory directory = WorkDirectory.create();
        directory.write(
                "config",
                config(account.place().address(), directory.path(), ports, ports + 1, toneHertz) + besides.config);
        directory.write("accounts", accountLine(account).strip() + besides.accountParameters + "\n");
        directory.write(
                "contacts",
                contacts.stream()
                        .map(uri -> contactLine(uri) + besides.contactParameters + "\n")
                        .collect(Collectors.joining()));
        RunningProgram program = RunningProgram.start(
                account.place(),
                name,
                directory.path(),
                directory.environment(),
                List.of(executable.toString(), "-f", directory.path().toString(), "-s"));
        try {
            program.transcript().await("baresip starts", Pattern.compile("baresip is ready"), STEP);
            return new Baresip(
                    account, contacts, directory, program, BaresipControl.connect(name, account.place(), ports));
        } catch (RuntimeException | Error e) {
            program.close();
            directory.close();
            throw e;
        }
    }

    /** {@code sip_listen} also takes the next port, for TLS. */
    private static String config(String address, Path directory, int controlPort, int sipPort, int toneHertz) {
        List<String> lines = new ArrayList<>(List.of(
                "poll_method epoll",
                "sip_listen " + address + ":" + sipPort,
                "net_interface " + address,
                "audio_player aubridge,player",
                "audio_source ausine," + toneHertz,
                "audio_alert aubridge,alert",
                // ausine plays nothing but 48 kHz stereo; without a source a call is never established.
                "ausrc_srate 48000",
                "ausrc_channels 2",
                "auplay_srate 48000",
                "snd_path " + directory,
                "ctrl_tcp_listen 127.0.0.1:" + controlPort,
                "module_path " + modulePath()));
        for (String module : List.of("g711", "ausine", "aubridge", "sndfile")) {
            lines.add("module " + module + ".so");
        }
        for (String module : List.of("uuid", "account")) {
            lines.add("module_tmp " + module + ".so");
        }
        for (String module : List.of("contact", "menu", "debug_cmd", "ctrl_tcp")) {
            lines.add("module_app " + module + ".so");
        }
        return String.join("\n", lines) + "\n";
    }

    private static String contactLine(String uri) {
        return uri.substring(uri.indexOf(':') + 1, uri.indexOf('@')) + " <" + uri + ">";
    }

    private static String modulePath() {
        return Program.BARESIP
                .path()
                .resolve("../../lib/baresip/modules")
                .normalize()
                .toString();
    }

    private static String accountLine(Account account) {
        return "<%s;transport=tls>;auth_user=%s;auth_pass=%s;outbound=\"sip:%s:%d;transport=tls\";regint=300;answermode=auto%n"
                .formatted(
                        account.uri(),
                        account.username(),
                        account.password(),
                        account.place().dialled(account.host()),
                        account.sipTlsPort());
    }

    @Override
    public void awaitSignedIn() {
        program.transcript().await(account.username() + " signs in", Pattern.compile("200 OK .*\\[\\d+ binding"), STEP);
    }

    @Override
    public void awaitCredentialsRefused() {
        program.transcript().await(account.username() + " is refused", Pattern.compile("reg: .*: 40[13] "), STEP);
    }

    /** Waits until the server has refused the sign-in with this status, and gives its reason phrase. */
    public String awaitSignInRefused(int status) {
        return program.transcript()
                .await(account.username() + " is refused", Pattern.compile("reg: .*: " + status + " ([^(\\n]*)"), STEP)
                .group(1)
                .strip();
    }

    @Override
    public void sendMessage(String toUri, String text) {
        // Neither way does it go round.
        for (String step : List.of("contact_next", "contact_prev")) {
            for (int turn = 0; turn <= contacts.size(); turn++) {
                if (control.command("contacts", "").contains("> " + contactLine(toUri))) {
                    control.command("message", text);
                    return;
                }
                control.command(step, "");
            }
        }
        throw new IllegalArgumentException(toUri + " is not a contact");
    }

    @Override
    public void awaitMessage(String fromUri, String text) {
        program.transcript()
                .await(
                        account.username() + " receives \"" + text + "\"",
                        Pattern.compile("\\nMESSAGE sip:(?:[^\\n]+\\n)*?From:[^\\n]*" + Pattern.quote(fromUri)
                                + "(?:[^\\n]+\\n)*?\\n" + Pattern.quote(text)),
                        STEP);
    }

    /**
     * Waits until it is told of somebody's presence.
     *
     * @param basic {@code open} or {@code closed} (RFC 3863)
     */
    public void awaitPresence(String uri, String basic) {
        program.transcript()
                .await(
                        account.username() + " sees " + uri + " " + basic,
                        Pattern.compile("\\nNOTIFY sip:(?:[^\\n]+\\n)*?From:[^\\n]*" + Pattern.quote(uri)
                                + "(?:[^\\n]+\\n)*\\n(?:[^\\n]+\\n)*?[^\\n]*<basic>" + basic + "</basic>"),
                        WATCHING);
    }

    /**
     * Waits until it takes somebody whom it has seen before for something else than then.
     *
     * @param status {@code Online}, {@code Offline} or {@code Busy}
     */
    public void awaitChange(String uri, String status) {
        program.transcript()
                .await(
                        account.username() + " takes " + uri + " for " + status,
                        Pattern.compile("<" + Pattern.quote(uri) + "> changed status from \\w+ to " + status),
                        STEP);
    }

    /**
     * Waits until it is told how its subscription stands.
     *
     * @param state the beginning of Subscription-State, such as {@code pending}
     */
    public void awaitSubscriptionState(String uri, String state) {
        program.transcript()
                .await(
                        account.username() + " is " + state + " at " + uri,
                        Pattern.compile("\\nNOTIFY sip:(?:[^\\n]+\\n)*?From:[^\\n]*" + Pattern.quote(uri)
                                + "(?:[^\\n]+\\n)*?Subscription-State: " + state),
                        WATCHING);
    }

    /** Waits until it has been told that messages wait for its person, or that none do. */
    public void awaitMessagesWaiting(boolean waiting) {
        control.awaitEvent(
                "MWI_NOTIFY",
                event -> event.path("param").asText().contains("Messages-Waiting: " + (waiting ? "yes" : "no")),
                STEP);
    }

    /** Publishes that its person can be reached, or cannot. */
    public void publish(boolean online) {
        control.command(online ? "presence_online" : "presence_offline", "");
    }

    /** Ends at once, without a word to the server. */
    public void kill() {
        program.kill();
    }

    /** Calls somebody. */
    public void call(String uri) {
        control.command("dial", uri);
    }

    public void hangUp() {
        control.command("hangup", "");
    }

    public void awaitCallEstablished() {
        control.awaitEvent("CALL_ESTABLISHED", event -> true, STEP);
    }

    public void awaitCallClosed() {
        control.awaitEvent("CALL_CLOSED", event -> true, STEP);
    }

    /**
     * Waits until RTP arrives and a report says that packets went both ways.
     *
     * @return how many packets the two sides have sent by that report
     */
    public int awaitMedia() {
        return awaitMedia(1);
    }

    /** The same, and that at least so many went each way: 50 are a second. */
    public int awaitMedia(int packets) {
        control.awaitEvent("CALL_RTPESTAB", event -> true, MEDIA);
        JsonNode report = control.awaitEvent(
                "CALL_RTCP", event -> sent(event, "tx") >= packets && sent(event, "rx") >= packets, MEDIA);
        return sent(report, "tx") + sent(report, "rx");
    }

    private static int sent(JsonNode report, String direction) {
        return report.path("rtcp_stats").path(direction).path("sent").asInt();
    }

    /** The recording of what came from the other side; complete once the call is closed. */
    public Recording heard() {
        return Recording.newest(directory.path(), "*-dec.wav");
    }

    @Override
    public void close() {
        control.close();
        program.close();
        directory.close();
    }
}
