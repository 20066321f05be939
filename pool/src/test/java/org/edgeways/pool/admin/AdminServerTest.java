package org.edgeways.pool.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.edgeways.accounts.AccountLimits;
import org.edgeways.accounts.Accounts;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What administrators ask over the socket, and what they must not do to it. */
@Timeout(30)
class AdminServerTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Nothing here asks about presence. */
    private static final PresenceDesk NOBODY = new PresenceDesk() {
        @Override
        public <T> CompletableFuture<T> ask(Question<T> question) {
            throw new AssertionError("asked about presence");
        }
    };

    @TempDir
    private Path directory = Path.of(".");

    private final InMemoryCounters counters = new InMemoryCounters();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Accounts accounts;
    private AdminServer server;
    private Function<List<String>, CompletableFuture<Map<String, Integer>>> bindings = addresses ->
            CompletableFuture.completedFuture(addresses.stream().collect(Collectors.toMap(a -> a, String::length)));

    /** One administrator's connection. */
    private final class Administrator implements AutoCloseable {
        private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        private final BufferedReader answers;

        Administrator() throws IOException {
            channel.connect(UnixDomainSocketAddress.of(directory.resolve(AdminServer.FILE_NAME)));
            answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            open.add(this);
        }

        void send(String text) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        JsonNode ask(String line) throws IOException {
            send(line.replace('\'', '"') + "\n");
            return JSON.readTree(answers.readLine());
        }

        boolean isClosedByThePool() {
            try {
                return answers.readLine() == null;
            } catch (IOException reset) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @BeforeEach
    void start() throws IOException {
        Store store = Store.open(directory, List.of(Accounts.SCHEMA), new InMemoryCounters());
        open.add(store);
        accounts = Accounts.open(
                store,
                List.of("acorn.example", "oak.example"),
                AccountLimits.DEFAULT,
                InstantSource.system(),
                new Random(11),
                new InMemoryCounters());
        server = AdminServer.open(directory, accounts, addresses -> bindings.apply(addresses), NOBODY, counters);
        open.add(server);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private JsonNode ask(String line) throws IOException {
        try (Administrator administrator = new Administrator()) {
            return administrator.ask(line);
        }
    }

    private JsonNode done(String line) throws IOException {
        JsonNode answer = ask(line);
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isTrue();
        return answer;
    }

    private void refused(String line, String code) throws IOException {
        JsonNode answer = ask(line);
        assertThat(answer.path("ok").asBoolean(true)).isFalse();
        assertThat(answer.path("code").asText()).isEqualTo(code);
        assertThat(answer.path("problem").asText()).isNotBlank();
        assertThat(answer.path("next").asText()).isNotBlank();
    }

    private JsonNode alice() throws IOException {
        JsonNode people = done("{'command':'user-list'}").path("people");
        assertThat(people).hasSize(1);
        return people.get(0);
    }

    @Test
    void aPersonThatIsAddedIsListedWithEverythingThatWasSaid() throws IOException {
        done("{'command':'user-add','name':'alice','displayName':'Alice Ähre','remoteAccess':true}");
        JsonNode alice = alice();
        assertThat(alice.path("name").asText()).isEqualTo("alice");
        assertThat(alice.path("uri").asText()).isEqualTo("sip:alice@acorn.example");
        assertThat(alice.path("displayName").asText()).isEqualTo("Alice Ähre");
        assertThat(alice.path("enabled").asBoolean()).isTrue();
        assertThat(alice.path("remoteAccess").asBoolean()).isTrue();
        assertThat(alice.path("devices").isArray()).isTrue();
        assertThat(alice.path("devices")).isEmpty();
        assertThat(alice.path("bindings").asInt()).isEqualTo("sip:alice@acorn.example".length());
    }

    @Test
    void aPersonHasNoRemoteAccessUnlessSaidAndLivesInTheFirstDomainUnlessSaid() throws IOException {
        JsonNode dave = done("{'command':'user-add','name':'dave','domain':'oak.example'}")
                .path("people")
                .get(0);
        assertThat(dave.path("remoteAccess").asBoolean(true)).isFalse();
        assertThat(dave.path("uri").asText()).isEqualTo("sip:dave@oak.example");
        refused("{'command':'user-add','name':'dave','domain':'elsewhere.example'}", "accounts-domain-foreign");
    }

    @Test
    void eachPropertyIsSetAloneAndTheOthersStay() throws IOException {
        done("{'command':'user-add','name':'alice','displayName':'Alice','remoteAccess':true}");
        done("{'command':'user-set','name':'alice','remoteAccess':false}");
        assertThat(alice().path("remoteAccess").asBoolean(true)).isFalse();
        assertThat(alice().path("enabled").asBoolean()).isTrue();
        done("{'command':'user-set','name':'alice','enabled':false}");
        assertThat(alice().path("enabled").asBoolean(true)).isFalse();
        done("{'command':'user-set','name':'alice','displayName':'A. Ähre'}");
        assertThat(alice().path("displayName").asText()).isEqualTo("A. Ähre");
        assertThat(alice().path("enabled").asBoolean(true)).isFalse();
        done("{'command':'user-set','name':'alice','remoteAccess':true,'enabled':true}");
        assertThat(alice().path("remoteAccess").asBoolean()).isTrue();
        assertThat(alice().path("enabled").asBoolean()).isTrue();
        assertThat(alice().path("displayName").asText()).isEqualTo("A. Ähre");
    }

    @Test
    void aPersonThatIsRemovedIsGone() throws IOException {
        done("{'command':'user-add','name':'alice'}");
        done("{'command':'user-remove','name':'alice'}");
        assertThat(done("{'command':'user-list'}").path("people")).isEmpty();
        refused("{'command':'user-remove','name':'alice'}", "accounts-person-unknown");
    }

    @Test
    void aPersonIsAddedOnce() throws IOException {
        done("{'command':'user-add','name':'alice'}");
        refused("{'command':'user-add','name':'alice'}", "accounts-person-exists");
        refused("{'command':'user-add','name':'ALICE','remoteAccess':true}", "accounts-person-exists");
        assertThat(alice().path("remoteAccess").asBoolean(true)).isFalse();
    }

    @Test
    void aDevicePasswordIsToldOnceAndNeverListed() throws IOException {
        done("{'command':'user-add','name':'alice'}");
        String made = done("{'command':'device-add','name':'alice','device':'laptop'}")
                .path("password")
                .asText();
        assertThat(made).hasSizeGreaterThanOrEqualTo(12);
        JsonNode given =
                done("{'command':'device-add','name':'alice','device':'phone','password':'correct horse battery'}");
        assertThat(given.toString()).contains("phone").doesNotContain("correct horse", "password");
        JsonNode listed = done("{'command':'user-list'}");
        assertThat(listed.toString()).doesNotContain(made).doesNotContain("correct horse");
        assertThat(listed.path("people").get(0).path("devices").findValuesAsText("name"))
                .containsExactly("laptop", "phone");
        assertThat(listed.toString()).contains("\"created\":\"20");
    }

    @Test
    void aDeviceThatIsRevokedIsListedNoMoreAndItsPasswordIsWorthNothing() throws IOException {
        done("{'command':'user-add','name':'alice'}");
        done("{'command':'device-add','name':'alice','device':'laptop'}");
        done("{'command':'device-add','name':'alice','device':'phone'}");
        done("{'command':'device-revoke','name':'alice','device':'laptop'}");
        assertThat(alice().path("devices").findValuesAsText("name")).containsExactly("phone");
        assertThat(accounts.credentials("alice", "acorn.example").orElseThrow().hashes())
                .hasSize(1);
        refused("{'command':'device-revoke','name':'alice','device':'laptop'}", "accounts-device-revoked");
        refused("{'command':'device-revoke','name':'alice','device':'tablet'}", "accounts-device-unknown");
        refused("{'command':'device-add','name':'alice','device':'phone'}", "accounts-device-exists");
        refused(
                "{'command':'device-add','name':'alice','device':'tablet','password':'short'}",
                "accounts-password-malformed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user-set", "user-remove", "device-add", "device-revoke"})
    void whoIsUnknownIsSaidToBe(String command) throws IOException {
        refused("{'command':'" + command + "','name':'nobody','device':'phone'}", "accounts-person-unknown");
    }

    @ParameterizedTest
    @CsvSource({
        "user-add, name",
        "user-set, name",
        "user-remove, name",
        "device-add, name",
        "device-add, device",
        "device-revoke, name",
        "device-revoke, device"
    })
    void aFieldThatIsMissingIsNamed(String command, String field) throws IOException {
        done("{'command':'user-add','name':'alice'}");
        String other = field.equals("name") ? "'device':'phone'" : "'name':'alice'";
        refused("{'command':'" + command + "'," + other + "}", "admin-field-missing");
        assertThat(ask("{'command':'" + command + "'," + other + "}")
                        .path("next")
                        .asText())
                .contains('"' + field + '"');
        refused("{'command':'" + command + "'," + other + ",'" + field + "':null}", "admin-field-missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'command':'user-set','name':'alice','remoteAccess':'false'}",
                "{'command':'user-set','name':'alice','enabled':0}",
                "{'command':'user-set','name':'alice','displayName':7}",
                "{'command':'user-add','name':['bob']}",
                "{'command':'user-add','name':'bob','remoteAccess':'no'}",
                "{'command':'device-add','name':'alice','device':'phone','password':123456789012}"
            })
    void aFieldOfTheWrongKindIsNotTakenForNothing(String line) throws IOException {
        done("{'command':'user-add','name':'alice','remoteAccess':true}");
        refused(line, "admin-field-malformed");
        assertThat(alice().path("remoteAccess").asBoolean()).isTrue();
        assertThat(alice().path("devices")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'command':'user-destroy'}", "{'command':7}", "{'command':'USER-LIST'}"})
    void anUnknownCommandIsAnsweredWithThoseThatThereAre(String line) throws IOException {
        refused(line, "admin-command-unknown");
        assertThat(ask(line).path("next").asText()).contains("user-list", "device-revoke");
    }

    @Test
    void aLineThatIsNoRequestIsRefusedAndTheConnectionServesOn() throws IOException {
        try (Administrator administrator = new Administrator()) {
            for (String line : List.of("", "nonsense", "[]", "7", "null", "{", "{'command'", "[".repeat(5000), "\0")) {
                assertThat(administrator.ask(line).path("code").asText())
                        .as("%s", line)
                        .isEqualTo("admin-request-malformed");
            }
            assertThat(administrator.ask("{'command':'user-list'}").path("ok").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void severalRequestsInOnePieceAndOneRequestInPiecesAreAnsweredInOrder() throws IOException {
        try (Administrator administrator = new Administrator()) {
            administrator.send("{\"command\":\"user-add\",\"name\":\"alice\"}\n{\"command\":\"user-list\"}\n{\"comm");
            assertThat(administrator.answers.readLine()).contains("\"name\":\"alice\"");
            assertThat(administrator.answers.readLine()).contains("\"name\":\"alice\"");
            administrator.send("and\":\"nothing\"}\n");
            assertThat(administrator.answers.readLine()).contains("admin-command-unknown");
        }
    }

    @Test
    void aLineAtTheLimitIsAnsweredAndOneByteMoreEndsThatConnectionOnly() throws IOException {
        String request = "{\"command\":\"user-list\"}";
        String longest = request + " ".repeat(AdminServer.LINE_BYTES - request.length());
        try (Administrator other = new Administrator();
                Administrator administrator = new Administrator()) {
            assertThat(administrator.ask(longest).path("ok").asBoolean()).isTrue();
            // without a line end: when the last byte is read, the line is too long
            administrator.send(longest + " ");
            assertThat(administrator.isClosedByThePool()).isTrue();
            assertThat(counters.value("pool_admin_refused", "reason", "admin-line-too-long"))
                    .isEqualTo(1);
            assertThat(other.ask(request).path("ok").asBoolean()).isTrue();
        }
    }

    @Test
    void asManyAdministratorsAsTheLimitAreServedAndOneMoreWhenOneLeaves() throws IOException {
        List<Administrator> administrators = new ArrayList<>();
        for (int i = 0; i < AdminServer.CONNECTIONS; i++) {
            Administrator administrator = new Administrator();
            assertThat(administrator.ask("{'command':'user-list'}").path("ok").asBoolean())
                    .isTrue();
            administrators.add(administrator);
        }
        assertThat(new Administrator().isClosedByThePool()).isTrue();
        assertThat(counters.value("pool_admin_refused", "reason", "admin-connections-exhausted"))
                .isEqualTo(1);
        assertThat(administrators
                        .getFirst()
                        .ask("{'command':'user-list'}")
                        .path("ok")
                        .asBoolean())
                .isTrue();
        administrators.getFirst().close();
        long deadline = System.nanoTime() + 10_000_000_000L;
        boolean served = false;
        while (!served && System.nanoTime() < deadline) {
            // the pool learns of the end a moment later
            try (Administrator next = new Administrator()) {
                next.send("{\"command\":\"user-list\"}\n");
                served = next.answers.readLine() != null;
            } catch (IOException stillFull) {
                Thread.onSpinWait();
            }
        }
        assertThat(served).isTrue();
    }

    @Test
    void theSocketIsForItsOwnerAloneAndGoesWithThePool() throws Exception {
        Path socket = directory.resolve("admin.sock");
        assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (Administrator administrator = new Administrator()) {
            assertThat(administrator.ask("{'command':'user-list'}").path("ok").asBoolean())
                    .isTrue();
            server.close();
            assertThat(administrator.isClosedByThePool()).isTrue();
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void whatAPoolThatDiedLeftIsReplacedAndARunningOneIsNot() throws Exception {
        assertThatThrownBy(() -> AdminServer.open(directory, accounts, bindings, NOBODY, new InMemoryCounters()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another pool runs with the same data directory");
        assertThat(done("{'command':'user-list'}").path("people")).isEmpty();
        Path dead = Files.createDirectory(directory.resolve("dead"));
        try (var left = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(dead.resolve("admin.sock")));
        }
        assertThat(dead.resolve("admin.sock")).exists();
        AdminServer.open(dead, accounts, bindings, NOBODY, new InMemoryCounters())
                .close();
    }

    @Test
    void aDirectoryWhosePathNoSocketCanHaveIsSaidToBeTooLong() throws IOException {
        String base = directory.toAbsolutePath().toString();
        String socket = "/" + AdminServer.FILE_NAME;
        Path deep = Files.createDirectory(Path.of(base, "d".repeat(106 - base.length() - 1 - socket.length())));
        assertThat(deep + socket).hasSize(106);
        AdminServer.open(deep, accounts, bindings, NOBODY, new InMemoryCounters())
                .close();
        Path longer = Files.createDirectory(deep.resolveSibling(deep.getFileName() + "x"));
        assertThatThrownBy(() -> AdminServer.open(longer, accounts, bindings, NOBODY, new InMemoryCounters()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too long for a Unix-domain socket: 107 bytes, at most 106");
    }

    @Test
    void whenThePoolCannotTellWhoIsSignedInTheAnswerSaysWhereToLook() throws IOException {
        bindings = addresses -> CompletableFuture.failedFuture(new IllegalStateException("stopped"));
        refused("{'command':'user-list'}", "admin-failed");
    }
}
