package org.edgeways.app.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code ./edgeways} says on a machine where something is missing. The machine is made up: a copy of the script, a
 * PATH of a few basic tools, an empty home, and {@code EDGEWAYS_MACHINE} for the usual places. Nothing is built, fetched or
 * installed.
 */
class LauncherTest {

    private static final int MISSING = 3;
    private static final List<String> TOOLS = List.of("bash", "cat", "dirname", "readlink", "sed");

    @TempDir
    Path directory;

    private Path machine;
    private Path tools;
    private final Map<String, String> environment = new TreeMap<>();

    private record Run(int exit, String text) {}

    @BeforeEach
    void makeTheMachine() throws IOException {
        machine = Files.createDirectory(directory.resolve("machine"));
        tools = Files.createDirectory(directory.resolve("tools"));
        for (String tool : TOOLS) {
            tool(tool);
        }
        Path tree = Files.createDirectories(directory.resolve("tree/interop")).getParent();
        Files.copy(Path.of("../edgeways"), tree.resolve("edgeways"));
        executable(tree.resolve("edgeways"));
        Files.writeString(tree.resolve("interop/packages.txt"), """
                # package, what for
                baresip-core   a softphone
                nodejs         drives the browser
                kamailio       a SIP server
                """);
        environment.put("PATH", tools.toString());
        environment.put("HOME", Files.createDirectory(directory.resolve("home")).toString());
        environment.put("EDGEWAYS_MACHINE", machine.toString());
    }

    private void tool(String tool) throws IOException {
        program(tools.resolve(tool), "exec " + real(tool) + " \"$@\"");
    }

    private static Path real(String tool) {
        for (String place : List.of("/usr/bin", "/bin")) {
            if (Files.isExecutable(Path.of(place, tool))) {
                return Path.of(place, tool);
            }
        }
        throw new AssertionError("this machine has no " + tool);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void program(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        executable(file);
    }

    /** What looks like a JDK of that version; without its compiler it is a JRE. */
    private Path jdk(String place, String version) throws IOException {
        Path home = machine.resolve(place);
        program(home.resolve("bin/java"), "exit 1");
        program(home.resolve("bin/javac"), "exit 1");
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private Run run(String... arguments) throws Exception {
        return run(directory.resolve("tree/edgeways"), arguments);
    }

    private Run run(Path program, String... arguments) throws Exception {
        Path output = directory.resolve("output.txt");
        ProcessBuilder builder =
                new ProcessBuilder(program.toString()).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.command().addAll(List.of(arguments));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), Files.readString(output));
    }

    // ---- help

    @ParameterizedTest
    @CsvSource({
        "help build, 0",
        "build --help, 0",
        "help test, 0",
        "help soak, 0",
        "help bench, 0",
        "bench --help, 0",
        "bench -h, 0",
        "help dist, 0",
        "build what, 2"
    })
    void helpNeedsNoJdkAndBuildsNothing(String command, int exit) throws Exception {
        Run run = run(command.split(" "));
        assertThat(run.exit()).as(run.text()).isEqualTo(exit);
        assertThat(run.text()).contains("./edgeways " + command.replaceAll("--help|-h|help|what| ", ""));
    }

    @ParameterizedTest
    @CsvSource({"status --help, app", "help status, app", "user add -h, app", "bench sip --help, bench"})
    void helpOfACommandThatTheProgramGivesIsGivenByWhatIsBuiltThoughSourcesAreNewer(String command, String room)
            throws Exception {
        tool("find");
        program(jdk("usr/lib/jvm/temurin-25", "25.0.1").resolve("bin/java"), "echo \"java $*\"");
        Path tree = directory.resolve("tree");
        String jar = room.equals("app") ? "edgeways.jar" : "edgeways-" + room + ".jar";
        Path stamp = tree.resolve(room.equals("app") ? "target/build-stamp" : "target/build-stamp-" + room);
        expectNoMaven(run(command.split(" "))); // nothing is built yet

        Files.createDirectories(tree.resolve(room).resolve("target/lib"));
        Files.writeString(tree.resolve(room).resolve("target").resolve(jar), "");
        Files.createDirectories(stamp.getParent());
        Files.writeString(stamp, "");
        Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().minusSeconds(60)));
        Files.createDirectories(tree.resolve(room).resolve("src/main/java"));
        Run run = run(command.split(" "));
        assertThat(run.exit()).as(run.text()).isZero();
        assertThat(run.text())
                .containsPattern("java .*" + jar + " .* " + command.replace("bench ", ""))
                .contains("sources are newer");
        expectNoMaven(run(command.replaceAll("^help |--help|-h", "").strip().split(" ")));
    }

    // ---- what is installed

    @Test
    void theArchiveHoldsWhatTheUnitsNameAndItsLauncherRunsWithoutTheTree() throws Exception {
        for (String tool : List.of("find", "tar", "gzip", "mkdir", "cp", "rm")) {
            tool(tool);
        }
        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("app/src/main"));
        Files.createDirectories(tree.resolve("app/target/lib"));
        Files.createDirectories(tree.resolve("target"));
        Files.createDirectories(tree.resolve("docs"));
        for (String file :
                List.of("LICENSE", "docs/settings.md", "app/target/edgeways.jar", "app/target/lib/some.jar")) {
            Files.writeString(tree.resolve(file), file);
        }
        for (String file : List.of("bin/edgeways", "systemd/edgeways-edge.service")) {
            Path shipped = tree.resolve("dist").resolve(file);
            Files.createDirectories(shipped.getParent());
            Files.copy(Path.of("../dist").resolve(file), shipped, StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.writeString(tree.resolve("target/build-stamp"), "");
        jdk("usr/lib/jvm/temurin-25", "25.0.1");
        Run built = run("dist");
        assertThat(built.exit()).as(built.text()).isZero();

        Path opt = Files.createDirectory(directory.resolve("opt"));
        Process unpack = new ProcessBuilder(
                        "tar", "-xzf", tree.resolve("target/edgeways.tar.gz").toString(), "-C", opt.toString())
                .start();
        assertThat(unpack.waitFor()).isZero();
        assertThat(opt.resolve("edgeways/edgeways.jar")).exists();
        assertThat(opt.resolve("edgeways/docs/settings.md")).exists();
        assertThat(opt.resolve("edgeways/lib/some.jar")).exists();
        assertThat(Files.readString(opt.resolve("edgeways/systemd/edgeways-edge.service")))
                .contains("ExecStart=/opt/edgeways/bin/edgeways edge");

        Path runtime = directory.resolve("runtime");
        program(runtime.resolve("bin/java"), "echo \"$*\"");
        Files.writeString(runtime.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        environment.put("JAVA_HOME", runtime.toString());
        Run run = run(opt.resolve("edgeways/bin/edgeways"), "edge", "--data", "a place");
        assertThat(run.text())
                .contains("-XX:+UseG1GC")
                .contains("-jar " + opt.toRealPath().resolve("edgeways/edgeways.jar") + " edge --data a place");
        assertThat(run.exit()).isZero();

        Files.writeString(runtime.resolve("release"), "JAVA_VERSION=\"24.0.1\"\n");
        assertThat(run(opt.resolve("edgeways/bin/edgeways"), "help").text()).doesNotContain(runtime.toString());
    }

    // ---- the JDK

    private static void expectNoJdk(Run run) {
        assertThat(run.text())
                .contains("no JDK 25 or newer was found")
                .contains("Debian 12 has none")
                .contains("https://adoptium.net/temurin/releases/?version=25")
                .contains("JAVA_HOME=/path/to/jdk ./edgeways");
        assertThat(run.exit()).isEqualTo(MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"build", "demo", "test", "soak kill", "bench"})
    void withoutAJdkItSaysWhereToGetOne(String command) throws Exception {
        Path longProof = directory.resolve("tree/pool/src/test/java/LongTest.java");
        Files.createDirectories(longProof.getParent());
        Files.writeString(longProof, "@Tag(\"soak-kill\")");
        for (String tool : List.of("grep", "sort", "paste")) {
            tool(tool);
        }
        expectNoJdk(run(command.split(" ")));
    }

    @Test
    void anOlderJdkOrAJreIsNone() throws Exception {
        environment.put("JAVA_HOME", jdk("usr/lib/jvm/java-17", "17.0.12").toString());
        Files.delete(jdk("opt/jre-25", "25.0.1").resolve("bin/javac"));
        Run run = run("demo");
        expectNoJdk(run);
        assertThat(run.text()).contains("Looked in JAVA_HOME (" + environment.get("JAVA_HOME") + "), PATH");
    }

    @ParameterizedTest
    @CsvSource({"usr/lib/jvm/temurin-25, 25.0.1", "opt/jdk-25, 25", "usr/local/jdk-26, 26.0.1"})
    void aJdkInTheUsualPlacesIsFound(String place, String version) throws Exception {
        jdk(place, version);
        expectNoMaven(run("test", "--quick"));
    }

    // ---- Maven

    private static void expectNoMaven(Run run) {
        assertThat(run.text())
                .contains("Maven (mvn) was not found")
                .contains("apt-get install --no-install-recommends maven")
                .doesNotContain("no JDK");
        assertThat(run.exit()).isEqualTo(MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"build", "demo", "test"})
    void withoutMavenItSaysHowToInstallIt(String command) throws Exception {
        environment.put("JAVA_HOME", jdk("elsewhere", "25.0.1").toString());
        expectNoMaven(run(command));
    }

    // ---- Debian packages

    @Test
    void missingPackagesAreNamedAndNothingIsRunUnlessRoot() throws Exception {
        jdk("usr/lib/jvm/temurin-25", "25.0.1");
        Path touched = directory.resolve("touched");
        for (String program : List.of("mvn", "apt-get", "npm")) {
            program(tools.resolve(program), "echo \"$0 $*\" >>" + touched);
        }
        program(tools.resolve("id"), "echo 1000");
        program(tools.resolve("dpkg-query"), "case \"$*\" in *kamailio*) printf installed ;; *) exit 1 ;; esac");
        Run run = run("test");
        assertThat(run.text())
                .containsPattern("baresip-core +missing +a softphone")
                .containsPattern("kamailio +installed +a SIP server")
                .contains("missing packages: baresip-core nodejs\n")
                .contains("As root, `./edgeways test` installs them")
                .contains("apt-get install --no-install-recommends baresip-core nodejs\n")
                .contains("./edgeways test --quick");
        assertThat(run.exit()).isEqualTo(MISSING);
        assertThat(touched).doesNotExist();
    }

    @Test
    void withoutDebiansPackagesTheQuickTestsAreNamed() throws Exception {
        jdk("usr/lib/jvm/temurin-25", "25.0.1");
        program(tools.resolve("mvn"), "exit 1");
        Run run = run("test");
        assertThat(run.text()).contains("this is no Debian").contains("./edgeways test --quick");
        assertThat(run.exit()).isEqualTo(MISSING);
    }
}
