package org.edgeways.joining.engine;

import java.security.PublicKey;
import java.time.Instant;

/**
 * A bundle as the inside knows it.
 *
 * @param enrolment which one
 * @param node whom it lets in
 * @param proofKey checks the proof of the secret
 * @param expires from when on it works no more
 */
public record Offer(String enrolment, String node, PublicKey proofKey, Instant expires) {}
