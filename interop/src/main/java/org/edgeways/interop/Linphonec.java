package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * linphonec 5.1: a softphone that verifies the server's certificate and its name. It plays from and records to files in
 * place of a sound card, and sends a delivery notification (message/imdn+xml, deflated) for every message it receives.
 */
public final class Linphonec implements Softphone {
    private static final Duration MEDIA = Duration.ofSeconds(20);
    private static final int TONE_SECONDS = 60;

    /** How many packets the two sides of a call have sent, at the least, after {@link #awaitMedia}: 50 a second each. */
    public static final int LEAST_PACKETS = 250;

    private final Account account;
    private final WorkDirectory directory;
    private final RunningProgram program;

    private Linphonec(Account account, WorkDirectory directory, RunningProgram program) {
        this.account = account;
        this.directory = directory;
        this.program = program;
    }

    /** Starts it; it signs in at once. */
    public static Linphonec start(String name, Account account) {
        return start(name, account, settings(account));
    }

    /**
     * As {@link #start}; it also publishes its presence.
     *
     * @param friends whose presence it watches
     */
    public static Linphonec startPublishing(String name, Account account, List<String> friends) {
        StringBuilder settings =
                new StringBuilder(settings(account).replace("publish=0", "publish=1\npublish_expires=60"));
        for (int i = 0; i < friends.size(); i++) {
            settings.append("[friend_" + i + "]\nurl=<" + friends.get(i) + ">\npol=accept\nsubscribe=1\n");
        }
        return start(name, account, settings.toString());
    }

    /**
     * As {@link #start}; it also tells the other side its address at a relay (TURN over UDP), and the two choose by ICE the
     * way that works.
     */
    public static Linphonec startRelayed(String name, Account account, TurnAccount relay) {
        String settings = settings(account).replace("firewall_policy=0", "firewall_policy=0\nnat_policy_ref=relay");
        List<String> more = List.of(
                "[auth_info_1]",
                "username=" + relay.username(),
                "userid=" + relay.username(),
                "passwd=" + relay.password(),
                "realm=" + account.domain(),
                "[nat_policy_0]",
                "ref=relay",
                "stun_server=" + relay.host() + ":" + relay.port(),
                "stun_server_username=" + relay.username(),
                "protocols=stun,turn,ice",
                "");
        return start(name, account, settings + String.join("\n", more));
    }

    private static Linphonec start(String name, Account account, String content) {
        Path executable = Program.LINPHONEC.path();
        WorkDirectory directory = WorkDirectory.create();
        Path settings = directory.write("linphonerc", content);
        directory.write(".local/share/linphone/keep", "");
        RunningProgram program = RunningProgram.start(
                account.place(),
                name,
                directory.path(),
                directory.environment(),
                List.of(executable.toString(), "-c", settings.toString(), "-d", "6", "-l", "/dev/stderr", "-S"));
        program.say("soundcard use files");
        return new Linphonec(account, directory, program);
    }

    /** Ports of -1 let the kernel choose. */
    private static String settings(Account account) {
        String server = "<sip:%s:%d;transport=tls%%s>".formatted(account.host(), account.sipTlsPort());
        return String.join(
                "\n",
                "[sip]",
                "root_ca=" + account.caFile(),
                "verify_server_certs=1",
                "verify_server_cn=1",
                "sip_port=-1",
                "sip_tcp_port=-1",
                "sip_tls_port=-1",
                "default_proxy=0",
                "guess_hostname=0",
                "use_ipv6=0",
                "media_encryption=none",
                "[rtp]",
                "audio_rtp_port=-1",
                "[net]",
                "firewall_policy=0",
                "[proxy_0]",
                "reg_proxy=" + server.formatted(""),
                "reg_route=" + server.formatted(";lr"),
                "reg_identity=" + account.uri(),
                "reg_expires=300",
                "reg_sendregister=1",
                "publish=0",
                "[auth_info_0]",
                "username=" + account.username(),
                "userid=" + account.username(),
                "passwd=" + account.password(),
                "realm=" + account.domain(),
                "");
    }

    @Override
    public void awaitSignedIn() {
        await("signs in", "to \\[LinphoneRegistrationOk\\]");
    }

    @Override
    public void awaitCredentialsRefused() {
        await("is refused", "Authentication is failing constantly");
    }

    /** Waits until the client has refused the server's certificate. */
    public void awaitCertificateRefused() {
        await("refuses the certificate", "SSL handshake failed : X509 - Certificate verification failed");
    }

    /** Waits until the sign-in has failed for whatever reason. */
    public void awaitSignInFailed() {
        await("fails to sign in", "to \\[LinphoneRegistrationFailed\\]");
    }

    /** The algorithm in which the accepted credentials were written; MD5 where none is named. */
    public String digestAlgorithm() {
        var credentials = Pattern.compile("\\nAuthorization:[^\\n]*\\n")
                .matcher(program.transcript().text());
        if (!credentials.find()) {
            throw new AssertionError("no credentials were sent");
        }
        var algorithm = Pattern.compile("algorithm=\"?([^\",\\s]+)").matcher(credentials.group());
        return algorithm.find() ? algorithm.group(1) : "MD5";
    }

    @Override
    public void sendMessage(String toUri, String text) {
        program.say("chat " + toUri + " " + text);
    }

    @Override
    public void awaitMessage(String fromUri, String text) {
        await(
                "receives \"" + text + "\"",
                "Message received from [^\\n]*" + Pattern.quote(fromUri) + "[^\\n]*: " + Pattern.quote(text));
    }

    /**
     * Waits until it is told of somebody's presence.
     *
     * @param basic {@code open} or {@code closed} (RFC 3863)
     */
    public void awaitPresence(String uri, String basic) {
        await(
                "sees " + uri + " " + basic,
                "\\nNOTIFY sip:(?:[^\\n]+\\n)*?From:[^\\n]*" + Pattern.quote(uri)
                        + "(?:[^\\n]+\\n)*\\n(?:[^\\n]+\\n)*?[^\\n]*<basic>" + basic + "</basic>");
    }

    /**
     * Waits until it is told how its subscription stands.
     *
     * @param state the beginning of Subscription-State, such as {@code pending}
     */
    public void awaitSubscriptionState(String uri, String state) {
        await(
                "is " + state + " at " + uri,
                "\\nNOTIFY sip:(?:[^\\n]+\\n)*?From:[^\\n]*" + Pattern.quote(uri)
                        + "(?:[^\\n]+\\n)*?Subscription-State: " + state);
    }

    /**
     * Waits until it is told what somebody does.
     *
     * @param activity an element of RFC 4480, such as {@code on-the-phone}
     */
    public void awaitActivity(String uri, String activity) {
        await(
                "sees " + uri + " " + activity,
                "\\nNOTIFY sip:(?:[^\\n]+\\n)*?From:[^\\n]*" + Pattern.quote(uri)
                        + "(?:[^\\n]+\\n)*\\n(?:[^\\n]+\\n)*?[^\\n]*<rpid:" + activity + "/>");
    }

    /** Signs out and ends. */
    public void quit() {
        program.say("quit");
        program.awaitExit(STEP);
    }

    /** Waits until it has written a Contact with its public GRUU (RFC 5627) into an INVITE. */
    public void awaitGruuInInvite() {
        await("calls with its GRUU", "\\nINVITE sip:(?:[^\\n]+\\n)*?Contact: [^\\n]*;gr=urn:uuid:");
    }

    /** Calls somebody. */
    public void call(String uri) {
        program.say("call " + uri);
    }

    /** Waits for a call and takes it. */
    public void answer() {
        await("is called", "Receiving new incoming call from ");
        program.say("answer");
    }

    public void hangUp() {
        program.say("terminate");
    }

    public void awaitCallEstablished() {
        await("talks", "Media streams established with ");
    }

    public void awaitCallClosed() {
        await("ends the call", "Call \\d+ with [^\\n]* ended ");
    }

    /** Plays a tone into the call and records what comes; without a sound being played nothing is sent at all. */
    public void playAndRecord(int toneHertz) {
        Path tone = directory.path().resolve("tone.wav");
        Recording.tone(toneHertz, TONE_SECONDS).write(tone);
        program.say("record " + recordingFile());
        program.say("play " + tone);
    }

    /**
     * Waits until the client has reported, in four of its reports of about a second each, that RTP came and went. (Its
     * recording is no help during the call: it is written to the disk at the end.)
     */
    public void awaitMedia() {
        Pattern fourReports = Pattern.compile("(?s)(?:RTP : \\[d=[1-9][\\d.]*,u=[1-9].*?){4}");
        program.transcript().await(account.username() + " hears something", fourReports, MEDIA);
    }

    /** The recording of what came from the other side; complete once the call is closed. */
    public Recording heard() {
        return Recording.read(recordingFile());
    }

    private Path recordingFile() {
        return directory.path().resolve("heard.wav");
    }

    private void await(String what, String pattern) {
        program.transcript().await(account.username() + " " + what, Pattern.compile(pattern), STEP);
    }

    @Override
    public void close() {
        program.close();
        directory.close();
    }
}
