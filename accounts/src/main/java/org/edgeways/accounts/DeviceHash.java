package org.edgeways.accounts;

import org.edgeways.sip.digest.StoredHash;

/**
 * What a device password leaves behind for checking: H(A1) of RFC 7616 for each algorithm.
 *
 * @param device which password
 * @param hash as good as the password within its realm; prints as {@code ***}
 */
public record DeviceHash(DevicePassword device, StoredHash hash) {}
