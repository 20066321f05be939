package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Chromium with JsSIP in a page: SIP over secure WebSocket, the server's certificate verified against the authority in a
 * certificate store of its own. {@code browser/phone.js} drives it: commands as JSON lines in, events as lines out.
 */
public final class ChromiumJsSip implements Softphone {
    private static final Path BROWSER = Path.of("browser");
    private static final Duration INSTALL = Duration.ofMinutes(3);
    private static final Duration BROWSER_START = Duration.ofSeconds(60);

    private final JsonMapper json = JsonMapper.builder().build();
    private final Account account;
    private final WorkDirectory directory;
    private final RunningProgram program;

    private ChromiumJsSip(Account account, WorkDirectory directory, RunningProgram program) {
        this.account = account;
        this.directory = directory;
        this.program = program;
    }

    /** Starts a browser; the page in it signs in at once. */
    public static ChromiumJsSip start(String name, Account account) {
        Path node = Program.NODE.path();
        Path chromium = Program.CHROMIUM.path();
        installPackages(name);
        WorkDirectory directory = WorkDirectory.create();
        Map<String, String> environment = Map.of("HOME", directory.path().toString());
        trust(name, directory, environment, account.caFile());
        RunningProgram program = RunningProgram.start(
                account.place(),
                name,
                BROWSER,
                environment,
                List.of(
                        node.toString(),
                        "phone.js",
                        chromium.toString(),
                        directory.path().resolve("profile").toString()));
        ChromiumJsSip phone = new ChromiumJsSip(account, directory, program);
        try {
            program.transcript().await("the browser starts", Pattern.compile("(?m)^ready$"), BROWSER_START);
            phone.command(Map.of(
                    "command", "signIn",
                    "url", account.webSocketUrl(),
                    "uri", account.uri(),
                    "username", account.username(),
                    "password", account.password()));
            return phone;
        } catch (RuntimeException | Error e) {
            phone.close();
            throw e;
        }
    }

    /** Installs exactly what the lock file names, unless that has been done. */
    private static synchronized void installPackages(String name) {
        Path npm = Program.NPM.path();
        try (RunningProgram check =
                RunningProgram.start(name + "-npm-ls", BROWSER, Map.of(), List.of(npm.toString(), "ls", "--silent"))) {
            if (check.awaitExit(INSTALL) == 0) {
                return;
            }
        }
        try (RunningProgram install = RunningProgram.start(
                name + "-npm-ci", BROWSER, Map.of(), List.of(npm.toString(), "ci", "--no-audit", "--no-fund"))) {
            if (install.awaitExit(INSTALL) != 0) {
                throw new AssertionError(
                        "npm ci failed:\n" + install.transcript().text());
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

    private void command(Map<String, String> command) {
        try {
            program.say(json.writeValueAsString(command));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await(String what, String pattern) {
        program.transcript().await(account.username() + " " + what, Pattern.compile(pattern), STEP);
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
