package org.edgeways.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
import org.edgeways.joining.engine.Membership;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.PrivateFile;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.settings.snapshot.SnapshotReader;
import org.edgeways.tokens.SignedSnapshot;
import org.edgeways.tokens.SnapshotKey;

/**
 * What a node keeps on its disk: one file with its key, its certificates and the keys that verify its settings, and one with
 * the settings that it ran last, as they were signed. Both have mode 0600, and a crash leaves the old one or the new one.
 */
public final class NodeFiles {

    private static final String MEMBERSHIP = "membership.pem";
    private static final String SNAPSHOT = "snapshot";
    private static final String REFUSED = "snapshot.refused";
    private static final String AUTHORITY = "authority.crt";
    private static final String LEG = "inside-leg";

    private final Path directory;

    /** Those in that data directory, which must exist. */
    public NodeFiles(Path directory) {
        this.directory = directory;
    }

    /** Whether this directory belongs to a node that has joined. */
    public boolean hasJoined() {
        return Files.exists(directory.resolve(MEMBERSHIP));
    }

    /** Where the node's key and certificates are, for who reads them from files. */
    public Path membershipFile() {
        return directory.resolve(MEMBERSHIP);
    }

    /** Where the certificate of the authority is, for who reads it from a file. */
    public Path authorityFile() {
        return directory.resolve(AUTHORITY);
    }

    /** What makes this host a node. */
    public Result<Member> member() {
        Path file = directory.resolve(MEMBERSHIP);
        if (!Files.exists(file)) {
            return Result.bad(NodeErrorCode.NOT_JOINED, 0, NodeErrorCode.NOT_JOINED.meaning());
        }
        try {
            return switch (Pem.readIdentity(file, file)) {
                case Result.Bad<TlsIdentity> bad -> bad.as();
                case Result.Ok<TlsIdentity>(TlsIdentity identity) ->
                    switch (Pem.readPublicKeys(file)) {
                        case Result.Bad<List<PublicKey>> bad -> bad.as();
                        case Result.Ok<List<PublicKey>>(List<PublicKey> keys) -> member(file, identity, keys);
                    };
            };
        } catch (IOException e) {
            return Result.bad(NodeErrorCode.MEMBERSHIP_UNUSABLE, 0, IoReason.of(e));
        }
    }

    private static Result<Member> member(Path file, TlsIdentity identity, List<PublicKey> keys) {
        String node = PeerIdentity.of(identity.leaf()).node();
        return node == null
                ? Result.bad(NodeErrorCode.MEMBERSHIP_UNUSABLE, 0, file + ": its certificate is of no node")
                : Result.ok(new Member(
                        node, identity, keys.stream().map(SnapshotKey::of).toList()));
    }

    /** Keeps what a joining has brought. Settings of before, of another authority perhaps, are forgotten first. */
    public void keep(Membership membership, TlsIdentity identity) throws IOException {
        Files.deleteIfExists(directory.resolve(SNAPSHOT));
        Files.deleteIfExists(directory.resolve(REFUSED));
        Pem.writeCertificates(authorityFile(), List.of(membership.authority()));
        Pem.writeTogether(directory.resolve(MEMBERSHIP), identity, membership.snapshotKeys());
    }

    /** Keeps where the inside leg is, for as long as no settings say it. */
    public void keepLeg(InetSocketAddress leg) throws IOException {
        PrivateFile.write(
                directory.resolve(LEG),
                (leg.getAddress().getHostAddress() + " " + leg.getPort() + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Where the inside leg is, by what was said at the joining. */
    public Result<InetSocketAddress> leg() {
        Path file = directory.resolve(LEG);
        try {
            String[] parts =
                    Files.readString(file, StandardCharsets.US_ASCII).strip().split(" ", -1);
            return Result.ok(new InetSocketAddress(InetAddress.ofLiteral(parts[0]), Integer.parseInt(parts[1])));
        } catch (IOException e) {
            return Result.bad(NodeErrorCode.MEMBERSHIP_UNUSABLE, 0, IoReason.of(e));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return Result.bad(NodeErrorCode.MEMBERSHIP_UNUSABLE, 0, file + " is damaged");
        }
    }

    /** Keeps another key and certificate. */
    void keep(Member member) throws IOException {
        Pem.writeTogether(
                directory.resolve(MEMBERSHIP),
                member.identity(),
                member.snapshotKeys().stream().map(SnapshotKey::key).toList());
    }

    /** The settings that were kept last, verified anew; empty if there are none yet. */
    public Result<Optional<EdgeSnapshot>> snapshot(Member member) {
        return read(member, directory.resolve(SNAPSHOT));
    }

    /**
     * The settings, verified anew, that this host could not run and that are newer than those that it runs: whom they trust holds
     * all the same. Empty if there are none, or if they cannot be read.
     */
    public Optional<EdgeSnapshot> refused(Member member) {
        return read(member, directory.resolve(REFUSED)) instanceof Result.Ok<Optional<EdgeSnapshot>>(var kept)
                ? kept
                : Optional.empty();
    }

    private static Result<Optional<EdgeSnapshot>> read(Member member, Path file) {
        if (!Files.exists(file)) {
            return Result.ok(Optional.empty());
        }
        try {
            if (Files.size(file) > SignedSnapshot.MAX_BYTES) {
                return Result.bad(NodeErrorCode.SNAPSHOT_UNUSABLE, 0, file + " is too long");
            }
            return switch (new SnapshotReader(member.node(), member.snapshotKeys()).read(Files.readAllBytes(file), 0)) {
                case Result.Bad<EdgeSnapshot> bad -> bad.as();
                case Result.Ok<EdgeSnapshot>(EdgeSnapshot snapshot) -> Result.ok(Optional.of(snapshot));
            };
        } catch (IOException e) {
            return Result.bad(NodeErrorCode.SNAPSHOT_UNUSABLE, 0, IoReason.of(e));
        }
    }

    /** Keeps settings as they came. */
    void keepSnapshot(byte[] envelope) throws IOException {
        PrivateFile.write(directory.resolve(SNAPSHOT), envelope);
        Files.deleteIfExists(directory.resolve(REFUSED));
    }

    /** Keeps settings that cannot be run here, as they came. */
    void keepRefused(byte[] envelope) throws IOException {
        PrivateFile.write(directory.resolve(REFUSED), envelope);
    }
}
