package org.edgeways.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.edgeways.base.ErrorCode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What holds over all rooms. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {

    /** Rooms that do no I/O at all, besides every package named engine. */
    private static final Set<String> PURE_ROOMS = Set.of("base", "sip", "turn", "policy", "tokens");

    /** What a pure room does not even name: sockets, databases, logs. */
    private static final List<String> IMPURE_PACKAGES = List.of(
            "java.net.http.", "java.nio.channels.", "java.sql.", "io.netty.", "org.slf4j.", "java.util.logging.");

    private static final Set<String> IMPURE_TYPES = Set.of(
            "java.net.Socket",
            "java.net.ServerSocket",
            "java.net.DatagramSocket",
            "java.net.URLConnection",
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.util.Timer",
            "java.util.concurrent.Executor",
            "java.util.concurrent.ExecutorService",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ScheduledExecutorService",
            "java.util.concurrent.CompletableFuture",
            "java.util.concurrent.ForkJoinPool",
            "java.util.Random",
            "java.util.concurrent.ThreadLocalRandom",
            "java.time.Clock",
            "java.time.InstantSource");

    /** Calls that read a clock, a random source or the network, wherever the type itself is harmless. */
    private static final Set<String> IMPURE_CALLS = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Math.random",
            "java.time.Instant.now",
            "java.time.LocalDateTime.now",
            "java.time.LocalDate.now",
            "java.time.ZonedDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.util.UUID.randomUUID",
            "java.security.SecureRandom.<init>",
            "java.net.InetAddress.getByName",
            "java.net.InetAddress.getAllByName",
            "java.net.InetAddress.getLocalHost",
            "java.net.InetAddress.getHostName",
            "java.net.InetAddress.getCanonicalHostName",
            "java.net.InetSocketAddress.getHostName");

    private JavaClasses classes;

    @BeforeAll
    void readClasses() {
        classes = Rooms.production();
    }

    @Test
    void everyRoomHasAPlace() {
        Set<String> rooms = new TreeSet<>();
        classes.forEach(type -> rooms.add(Rooms.roomOf(type)));
        Set<String> known = new TreeSet<>(Rooms.rows().keySet());
        known.addAll(Rooms.BESIDE);
        assertThat(known).containsAll(rooms);
        assertThat(rooms).as("classes were read").contains("base", "sip", "turn", "net", "app");
    }

    @Test
    void aRoomUsesOnlyRoomsOfTheRowsAboveItsOwn() {
        Map<String, Integer> rows = Rooms.rows();
        List<String> wrong = new ArrayList<>();
        for (JavaClass type : classes) {
            Integer row = rows.get(Rooms.roomOf(type));
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (row == null || !target.getPackageName().startsWith(Rooms.ROOT)) {
                    continue;
                }
                String used = Rooms.roomOf(target);
                if (!used.equals(Rooms.roomOf(type)) && rows.getOrDefault(used, Integer.MAX_VALUE) >= row) {
                    wrong.add(dependency.getDescription());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void enginesAndPureRoomsTouchNoSocketThreadClockOrRandomSource() {
        List<String> wrong = new ArrayList<>();
        int examined = 0;
        for (JavaClass type : classes) {
            if (!isPure(type)) {
                continue;
            }
            examined++;
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String name = dependency.getTargetClass().getBaseComponentType().getFullName();
                if (isImpure(name) || isEngine(type) && name.startsWith("java.nio.file.")) {
                    wrong.add(dependency.getDescription());
                }
            }
            for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                String call = access.getTargetOwner().getFullName() + "." + access.getName();
                if (IMPURE_CALLS.contains(call)) {
                    wrong.add(access.getDescription());
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(examined).as("classes examined").isGreaterThan(20);
    }

    private static boolean isPure(JavaClass type) {
        return PURE_ROOMS.contains(Rooms.roomOf(type)) || isEngine(type);
    }

    private static boolean isImpure(String name) {
        return IMPURE_TYPES.contains(name)
                || IMPURE_PACKAGES.stream().anyMatch(name::startsWith)
                        && !name.equals("java.nio.channels.FileChannel"); // a file is no socket
    }

    private static boolean isEngine(JavaClass type) {
        return (type.getPackageName() + ".").contains(".engine.");
    }

    @Test
    void packagesFormNoCycles() {
        SlicesRuleDefinition.slices()
                .matching("org.edgeways.(**)")
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    @Test
    void noStaticFieldCanChange() {
        List<String> wrong = new ArrayList<>();
        for (JavaClass type : classes) {
            for (JavaField field : type.getFields()) {
                Set<JavaModifier> modifiers = field.getModifiers();
                if (!modifiers.contains(JavaModifier.STATIC) || modifiers.contains(JavaModifier.SYNTHETIC)) {
                    continue;
                }
                if (!modifiers.contains(JavaModifier.FINAL) || isMutable(field.getRawType())) {
                    wrong.add(field.getFullName());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Types whose instances exist to be changed; collections made unmodifiable cannot be told apart here and pass. */
    private static boolean isMutable(JavaClass type) {
        String name = type.getFullName();
        return name.startsWith("java.util.concurrent.atomic.")
                || name.startsWith("java.util.concurrent.Concurrent")
                || name.startsWith("java.util.concurrent.locks.")
                || name.equals("java.util.HashMap")
                || name.equals("java.util.ArrayList")
                || name.equals("java.util.HashSet")
                || name.equals("java.lang.StringBuilder")
                || name.equals("java.lang.ThreadLocal")
                || name.equals("java.nio.ByteBuffer");
    }

    @Test
    void errorCodesAreUniqueOverAllRooms() throws Exception {
        Map<String, String> owners = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        for (JavaClass type : classes) {
            if (!type.isAssignableTo(ErrorCode.class) || type.isInterface()) {
                continue;
            }
            if (!type.isEnum()
                    && !type.getSuperclass()
                            .filter(parent -> parent.toErasure().isEnum())
                            .isPresent()) {
                wrong.add(type.getName() + " implements ErrorCode and is no enum");
                continue;
            }
            Object[] constants = Class.forName(type.getName()).getEnumConstants();
            for (Object constant : constants == null ? new Object[0] : constants) {
                ErrorCode error = (ErrorCode) constant;
                String owner = owners.putIfAbsent(error.code(), type.getName());
                if (owner != null) {
                    wrong.add(error.code() + " is in " + owner + " and in " + type.getName());
                }
                if (!error.code().matches("[a-z0-9]+(-[a-z0-9]+)+")) {
                    wrong.add(error.code() + " of " + type.getName() + " is not lower-case words joined by hyphens");
                }
                if (error.meaning().isBlank()) {
                    wrong.add(error.code() + " of " + type.getName() + " has no meaning");
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(owners).as("error codes").hasSizeGreaterThan(10);
    }

    @Test
    void enginesDoNotLogAndNobodyPrints() {
        DescribedPredicate<JavaClass> outsideTheCommandLine = DescribedPredicate.describe(
                "outside app, interop and bench",
                type -> !Set.of("app", "interop", "bench").contains(Rooms.roomOf(type)));
        ArchRuleDefinition.noClasses()
                .that(outsideTheCommandLine)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(classes);
    }
}
