package org.edgeways.net;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A small certificate authority of one's own: EC P-256 keys, SHA-256 signatures, leaves directly under the root. */
public final class CertificateAuthority {

    private static final Duration ROOT_VALIDITY = Duration.ofDays(3650);
    private static final Duration BACKDATED = Duration.ofHours(1);
    private static final int SERIAL_BITS = 127;

    private final TlsIdentity root;
    private final SecureRandom random;

    /** An authority that exists already. */
    public CertificateAuthority(TlsIdentity root, SecureRandom random) {
        this.root = root;
        this.random = random;
    }

    /** A new authority, valid for ten years from {@code now}. */
    public static CertificateAuthority create(String commonName, Instant now, SecureRandom random) {
        try {
            KeyPair keys = newKeys(random);
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500NameBuilder().addRDN(BCStyle.CN, commonName).build(),
                    new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
                    Date.from(now.minus(BACKDATED)),
                    Date.from(now.plus(ROOT_VALIDITY)),
                    new X500NameBuilder().addRDN(BCStyle.CN, commonName).build(),
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
            return new CertificateAuthority(new TlsIdentity(keys.getPrivate(), List.of(certificate)), random);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot make a certificate authority", e);
        }
    }

    /** Its own certificate, which others trust. */
    public X509Certificate certificate() {
        return root.leaf();
    }

    /** Its key and certificate, to be kept. */
    public TlsIdentity identity() {
        return root;
    }

    /** A new key and a certificate for it, for server and client use. */
    public TlsIdentity issue(CertificateRequest request, Instant now) {
        try {
            KeyPair keys = newKeys(random);
            X509Certificate leaf = sign(request, keys.getPublic(), now);
            return new TlsIdentity(keys.getPrivate(), List.of(leaf, root.leaf()));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot issue a certificate", e);
        }
    }

    /**
     * A certificate for somebody else's key, with its chain. What it says is {@code decided} alone.
     *
     * @param request holds the key, which its maker has proved to hold
     */
    public List<X509Certificate> issue(SigningRequest request, CertificateRequest decided, Instant now) {
        try {
            return List.of(sign(decided, request.key(), now), root.leaf());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot issue a certificate", e);
        }
    }

    /**
     * Shows that this is the authority: its signature (ECDSA with SHA-256) of {@code content}.
     *
     * @param content begins with a word in ASCII that says what it is for; a certificate begins otherwise
     */
    public byte[] prove(byte[] content) {
        return CertificateKeys.sign(root.key(), content);
    }

    /**
     * A certificate revocation list (RFC 5280 section 5) in DER.
     *
     * @param refused serial numbers of its certificates that are not to be trusted any more, and since when
     * @param now which is written an hour earlier, since clocks differ
     * @param next when another will be there at the latest; who reads this one trusts nobody after that
     * @param number higher than that of any list before
     */
    public byte[] revocations(Map<BigInteger, Instant> refused, Instant now, Instant next, BigInteger number) {
        try {
            X509v2CRLBuilder builder = new JcaX509v2CRLBuilder(root.leaf(), Date.from(now.minus(BACKDATED)));
            builder.setNextUpdate(Date.from(next));
            refused.forEach((serial, since) -> builder.addCRLEntry(serial, Date.from(since), CRLReason.unspecified));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(root.leaf()));
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
            return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(root.key()))
                    .getEncoded();
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot make a revocation list", e);
        }
    }

    private X509Certificate sign(CertificateRequest request, PublicKey key, Instant now)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                root.leaf(),
                new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
                Date.from(now.minus(BACKDATED)),
                Date.from(now.plus(request.validity())),
                new javax.security.auth.x500.X500Principal(new X500NameBuilder()
                        .addRDN(BCStyle.CN, request.commonName())
                        .build()
                        .getEncoded()),
                key);
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
            KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
        }));
        builder.addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(root.leaf()));
        GeneralName[] names = alternativeNames(request);
        if (names.length > 0) {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(root.key())));
    }

    static GeneralName[] alternativeNames(CertificateRequest request) {
        List<GeneralName> names = new ArrayList<>();
        request.dnsNames().forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
        request.addresses().forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
        request.uris().forEach(uri -> names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        return names.toArray(GeneralName[]::new);
    }

    static KeyPair newKeys(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }
}
