package org.edgeways.interop;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A way from this machine's loopback to a server that only a {@link Place} of its own reaches, for user agents that run
 * in this process. The bytes go through a socket in the file system, which network namespaces do not keep apart; each end
 * is a socat. What the client sends leaves the place from its own address, still encrypted.
 */
public final class Passage implements AutoCloseable {
    private final Account account;
    private final RunningProgram near;
    private final RunningProgram far;

    private Passage(Account account, RunningProgram near, RunningProgram far) {
        this.account = account;
        this.near = near;
        this.far = far;
    }

    /** Opens it for an account that is used at a place. */
    public static Passage open(String name, WorkDirectory directory, Account account) {
        Path meeting = directory.path().resolve(name + ".socket");
        int port = LoopbackPorts.consecutive(1);
        String socat = Program.SOCAT.path().toString();
        RunningProgram far = listen(
                account.place(),
                name + "-far",
                List.of(
                        socat,
                        "-d",
                        "-d",
                        "UNIX-LISTEN:" + meeting + ",fork,backlog=128",
                        "TCP:" + account.host() + ":" + account.sipTlsPort() + ",connect-timeout=5,nodelay"));
        RunningProgram near = listen(
                Place.LOOPBACK,
                name + "-near",
                List.of(
                        socat,
                        "-d",
                        "-d",
                        "TCP-LISTEN:" + port + ",bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=128",
                        "UNIX-CONNECT:" + meeting));
        Account here = new Account(
                account.uri(), account.username(), account.password(), "127.0.0.1", port, "", account.caFile());
        return new Passage(here, near, far);
    }

    private static RunningProgram listen(Place place, String name, List<String> command) {
        RunningProgram program = RunningProgram.start(place, name, Path.of("."), Map.of(), command);
        program.transcript().await("socat listens", Pattern.compile("listening on"), Account.STEP);
        return program;
    }

    /** The account as used on loopback; the server's certificate bears another name than its host. */
    public Account account() {
        return account;
    }

    /** Another account, used at the same place with the same server, as used on loopback. */
    public Account account(Account other) {
        return new Account(
                other.uri(),
                other.username(),
                other.password(),
                account.host(),
                account.sipTlsPort(),
                "",
                account.caFile());
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
