package org.edgeways.interop;

/**
 * Who signs in, and through which relay their calls go.
 *
 * @param account as used outside
 */
public record RelayedAccount(Account account, TurnAccount relay) {}
