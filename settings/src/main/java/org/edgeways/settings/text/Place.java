package org.edgeways.settings.text;

/**
 * Where something stands.
 *
 * @param file the file's name as it is told to people; empty for a text that came from no file
 * @param line from 1; 0 for the file as a whole
 */
public record Place(String file, int line) {

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
