package org.edgeways.accounts;

import org.edgeways.policy.PersonRights;
import org.jspecify.annotations.Nullable;

/**
 * A person to add.
 *
 * @param name the user part of the SIP address: letters, digits, dots, hyphens and underscores, made lower case
 * @param domain one of the organisation's SIP domains; null for the first
 * @param displayName at most 128 characters, may be empty
 */
public record NewPerson(String name, @Nullable String domain, String displayName, PersonRights rights) {}
