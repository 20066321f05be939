package org.edgeways.accounts;

/**
 * A device password that was just made.
 *
 * @param person its owner, as it is now
 * @param device the new one
 * @param password to be shown once; nobody can ask for it later
 */
public record NewDevice(Person person, DevicePassword device, Secret password) {}
