package org.edgeways.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.app.Edgeways;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.app.role.PoolProcess;
import org.edgeways.app.role.RunningRoles;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code edgeways user …} against a pool that runs. */
@Timeout(120)
class UserCommandTest {

    private static final String PASSWORD = "correct horse battery";

    @TempDir
    private Path directory = Path.of(".");

    private RunningRoles roles;
    private PoolProcess pool;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void startAPool() throws IOException {
        roles = new RunningRoles(directory);
        pool = roles.startPool();
    }

    @AfterEach
    void stop() throws Exception {
        roles.close();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", roles.poolData().toString()));
        return Edgeways.run(all, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    private void done(String... arguments) {
        assertThat(run(arguments)).as("%s: %s", List.of(arguments), err).isEqualTo(ExitCode.DONE);
        assertThat(err.toString()).isEmpty();
    }

    private void refused(String problem, String next, String... arguments) {
        assertThat(run(arguments)).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString().lines())
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("edgeways: ").contains(problem),
                        second -> assertThat(second).startsWith("  ").contains(next));
        assertThat(out.toString()).isEmpty();
    }

    private void addDevice(String person, String device, String password, String... options) {
        InputStream console = System.in;
        System.setIn(new ByteArrayInputStream((password + "\nmore\n").getBytes(StandardCharsets.UTF_8)));
        try {
            List<String> arguments =
                    new ArrayList<>(List.of("user", "device", "add", person, device, "--password-stdin"));
            arguments.addAll(List.of(options));
            done(arguments.toArray(String[]::new));
        } finally {
            System.setIn(console);
        }
    }

    private JsonNode person(String name) throws IOException {
        done("user", "list", "-o", "json");
        for (JsonNode person : new ObjectMapper().readTree(out.toString())) {
            if (person.path("name").asText().equals(name)) {
                return person;
            }
        }
        throw new AssertionError("nobody is named " + name + ": " + out);
    }

    private int signedIn(String name) {
        try {
            return person(name).path("bindings").asInt();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void peopleAreAddedListedChangedAndRemoved() {
        done("user", "list");
        assertThat(out.toString().lines())
                .containsExactly("NAME  ADDRESS  DISPLAY NAME  REMOTE ACCESS  DEVICES  SIGNED IN");
        done("user", "add", "erin", "--remote-access");
        done("user", "add", "dave");
        done("user", "list");
        assertThat(out.toString().lines())
                .containsExactly(
                        "NAME  ADDRESS                 DISPLAY NAME  REMOTE ACCESS  DEVICES  SIGNED IN",
                        "dave  sip:dave@acorn.example  -             no             -        0",
                        "erin  sip:erin@acorn.example  -             yes            -        0");
        done("user", "set", "dave", "--remote-access=true");
        assertThat(out.toString())
                .contains("dave  sip:dave@acorn.example  -             yes")
                .doesNotContain("erin");
        done("user", "set", "erin", "--remote-access", "false");
        done("user", "remove", "dave");
        assertThat(out.toString().strip()).isEqualTo("dave is removed.");
        done("user", "list");
        assertThat(out.toString())
                .contains("erin  sip:erin@acorn.example  -             no")
                .doesNotContain("dave");
    }

    @Test
    void aPersonIsCalledAsToldAndWhatIsNotNamedStays() throws IOException {
        done("user", "add", "erin", "--remote-access", "--display-name", "Erin of sales");
        assertThat(out.toString()).contains("erin  sip:erin@acorn.example  Erin of sales  yes");
        done("user", "set", "erin", "--display-name", "Erin");
        assertThat(person("erin").path("displayName").asText()).isEqualTo("Erin");
        assertThat(person("erin").path("remoteAccess").asBoolean()).isTrue();
        done("user", "set", "erin", "--remote-access=false");
        assertThat(person("erin").path("displayName").asText()).isEqualTo("Erin");
        assertThat(person("erin").path("enabled").asBoolean()).isTrue();
        refused("at most 128 characters", "edgeways user", "user", "set", "erin", "--display-name", "e".repeat(129));
    }

    @Test
    void whoIsDisabledIsSignedOutAndMayNotSignInUntilEnabled() throws IOException {
        done("user", "add", "erin");
        addDevice("erin", "phone", PASSWORD);
        SipUserAgent phone = roles.inside("erin", PASSWORD);
        assertThat(phone.register(600).status()).isEqualTo(200);
        done("user", "set", "erin", "--disabled");
        assertThat(out.toString()).contains("phone    disabled");
        RunningRoles.awaitTrue("the registration ends", () -> signedIn("erin") == 0);
        assertThat(phone.register(600).status()).isEqualTo(401);
        done("user", "set", "erin", "--enabled");
        assertThat(phone.register(600).status()).isEqualTo(200);
    }

    @Test
    void programsGetTheSameAsJson() throws IOException {
        done("user", "add", "erin", "--remote-access", "-o", "json");
        JsonNode added = new ObjectMapper().readTree(out.toString());
        assertThat(added.findValuesAsText("uri")).containsExactly("sip:erin@acorn.example");
        done("user", "device", "add", "erin", "laptop", "-o", "json");
        JsonNode device = new ObjectMapper().readTree(out.toString());
        assertThat(device.path("password").asText()).hasSizeGreaterThanOrEqualTo(12);
        JsonNode erin = person("erin");
        assertThat(erin.path("remoteAccess").asBoolean()).isTrue();
        assertThat(erin.path("devices").findValuesAsText("name")).containsExactly("laptop");
        assertThat(out.toString()).doesNotContain(device.path("password").asText());
        done("user", "remove", "erin", "-o", "json");
        assertThat(new ObjectMapper().readTree(out.toString())).isEmpty();
    }

    @Test
    void aPasswordIsShownOnceAndSignsTheDeviceIn() throws IOException {
        done("user", "add", "erin");
        done("user", "device", "add", "erin", "laptop");
        String line = out.toString()
                .lines()
                .filter(text -> text.startsWith("Password"))
                .findFirst()
                .orElseThrow();
        String password = line.substring(line.lastIndexOf(' ') + 1);
        assertThat(roles.inside("erin", password).register(600).status()).isEqualTo(200);
        done("user", "list");
        assertThat(out.toString())
                .contains("erin  sip:erin@acorn.example  -             no             laptop   1")
                .doesNotContain(password);
    }

    @Test
    void aPasswordFromStandardInputIsItsFirstLine() throws IOException {
        done("user", "add", "erin");
        addDevice("erin", "phone", PASSWORD);
        assertThat(roles.inside("erin", PASSWORD).register(600).status()).isEqualTo(200);
    }

    @Test
    void aPasswordFromStandardInputIsNotPrinted() {
        done("user", "add", "erin");
        addDevice("erin", "phone", PASSWORD);
        assertThat(out.toString()).contains("phone").doesNotContain(PASSWORD, "Password");
        addDevice("erin", "tablet", PASSWORD, "-o", "json");
        assertThat(out.toString()).contains("tablet").doesNotContain(PASSWORD, "password");
    }

    @Test
    void revokingADeviceEndsItsRegistrationAndNoOther() throws IOException {
        done("user", "add", "erin");
        addDevice("erin", "phone", PASSWORD);
        addDevice("erin", "laptop", "another good password");
        SipUserAgent phone = roles.inside("erin", PASSWORD);
        SipUserAgent laptop = roles.inside("erin", "another good password");
        assertThat(phone.register(600).status()).isEqualTo(200);
        assertThat(laptop.register(600).status()).isEqualTo(200);
        assertThat(signedIn("erin")).isEqualTo(2);
        done("user", "device", "list", "erin");
        assertThat(out.toString()).contains("DEVICE", "phone", "laptop");
        done("user", "device", "revoke", "erin", "phone");
        done("user", "device", "list", "erin", "-o", "json");
        assertThat(out.toString()).contains("laptop").doesNotContain("phone");
        RunningRoles.awaitTrue("the registration ends", () -> signedIn("erin") == 1);
        assertThat(phone.message("sip:erin@acorn.example", "am I in?").status()).isEqualTo(407);
        assertThat(phone.register(600).status()).isEqualTo(401);
        assertThat(laptop.register(600).status()).isEqualTo(200);
    }

    @Test
    void removingAPersonEndsTheirRegistrations() throws IOException {
        done("user", "add", "erin");
        addDevice("erin", "phone", PASSWORD);
        SipUserAgent phone = roles.inside("erin", PASSWORD);
        assertThat(phone.register(600).status()).isEqualTo(200);
        done("user", "remove", "erin");
        assertThat(phone.register(600).status()).isEqualTo(401);
        done("user", "add", "erin");
        assertThat(signedIn("erin")).isZero();
    }

    @Test
    void takingRemoteAccessAwayEndsRegistrationsFromOutsideOnly() throws IOException {
        roles.startEdge(new ObjectMapper().createObjectNode());
        RunningRoles.awaitTrue("the pool reaches the edge", pool::isLinked);
        done("user", "add", "erin", "--remote-access");
        addDevice("erin", "phone", PASSWORD);
        SipUserAgent inside = roles.inside("erin", PASSWORD);
        SipUserAgent outside = roles.outside("erin", PASSWORD);
        assertThat(inside.register(600).status()).isEqualTo(200);
        assertThat(outside.register(600).status()).isEqualTo(200);
        assertThat(signedIn("erin")).isEqualTo(2);
        done("user", "set", "erin", "--remote-access=false");
        RunningRoles.awaitTrue("the registration from outside ends", () -> signedIn("erin") == 1);
        assertThat(outside.register(600).status()).isEqualTo(403);
        assertThat(inside.register(600).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "user set nobody --remote-access=true",
        "user remove nobody",
        "user device add nobody phone",
        "user device list nobody",
        "user device revoke nobody phone"
    })
    void whoIsUnknownIsSaidToBeWithWhatToDo(String line) {
        refused("there is no such person", "edgeways user list", line.split(" "));
    }

    @Test
    void whatIsThereAlreadyOrNotAnyMoreIsRefusedWithWhatToDo() {
        done("user", "add", "erin");
        refused("that person exists already", "edgeways user set", "user", "add", "erin");
        refused("a name has 1 to 64 letters", "edgeways user --help", "user", "add", "-", "--remote-access");
        done("user", "device", "add", "erin", "phone");
        refused("the person has a device of that name", "revoke", "user", "device", "add", "erin", "phone");
        refused("the person has no such device", "edgeways user list", "user", "device", "revoke", "erin", "tablet");
        done("user", "device", "revoke", "erin", "phone");
        refused("revoked already", "nothing is left", "user", "device", "revoke", "erin", "phone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user add",
                "user set erin",
                "user set erin --remote-access=perhaps",
                "user set erin --enabled --disabled",
                "user remove",
                "user device add erin",
                "user device revoke erin",
                "user device rename erin phone",
                "user list -o yaml"
            })
    void aCommandThatIsIncompleteIsWrongUsageAndAsksNothingOfThePool(String line) {
        assertThat(run(line.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).startsWith("edgeways: ").contains("--help");
    }

    @Test
    void onlyThePoolsOwnerReachesTheSocketAndNobodyWhenItHasStopped() throws Exception {
        Path socket = roles.poolData().resolve("admin.sock");
        assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(roles.poolData()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        pool.close();
        refused("no pool is running with its data in", "edgeways pool --settings DIR --data DIR", "user", "list");
    }
}
