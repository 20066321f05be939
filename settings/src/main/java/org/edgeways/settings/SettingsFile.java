package org.edgeways.settings;

/**
 * The text of one file of settings.
 *
 * @param name as it is told to people
 * @param text YAML documents
 */
public record SettingsFile(String name, String text) {}
