package org.edgeways.interop;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/** Sound of one channel, 16 bits a sample. */
public final class Recording {
    private static final int WAVE_HEADER_BYTES = 44;
    private static final double LOUD_ENOUGH = 300;

    private final int rate;
    private final short[] samples;

    /** @param rate samples a second */
    private Recording(int rate, short[] samples) {
        this.rate = rate;
        this.samples = samples;
    }

    /** Reads the newest file that fits; sound only, whatever the header says of its length. */
    static Recording newest(Path directory, String glob) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, glob)) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return read(files.stream()
                .max(Path::compareTo)
                .orElseThrow(() -> new AssertionError("nothing recorded in " + directory)));
    }

    /** Reads a WAV file of 16-bit samples; of several channels the first is kept. */
    static Recording read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            if (bytes.limit() <= WAVE_HEADER_BYTES) {
                return new Recording(8_000, new short[0]);
            }
            int channels = bytes.getShort(22);
            short[] samples = new short[(bytes.limit() - WAVE_HEADER_BYTES) / 2 / channels];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = bytes.getShort(WAVE_HEADER_BYTES + 2 * i * channels);
            }
            return new Recording(bytes.getInt(24), samples);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tone to play. */
    static Recording tone(int hertz, int seconds) {
        int rate = 8_000;
        short[] samples = new short[rate * seconds];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (short) (12_000 * Math.sin(2 * Math.PI * hertz * i / rate));
        }
        return new Recording(rate, samples);
    }

    void write(Path file) {
        ByteBuffer bytes = ByteBuffer.allocate(samples.length * 2).order(ByteOrder.LITTLE_ENDIAN);
        for (short sample : samples) {
            bytes.putShort(sample);
        }
        try (AudioInputStream sound = new AudioInputStream(
                new ByteArrayInputStream(bytes.array()), new AudioFormat(rate, 16, 1, true, false), samples.length)) {
            AudioSystem.write(sound, AudioFileFormat.Type.WAVE, file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long the recording is, in seconds. */
    public double seconds() {
        return (double) samples.length / rate;
    }

    /**
     * Whether, in the loudest second, this tone is there and stronger than the other one.
     *
     * <p>Measured with Goertzel's algorithm.
     */
    public boolean hasTone(int hertz, int otherHertz) {
        int best = 0;
        double loudest = -1;
        for (int start = 0; start + rate <= samples.length; start += rate / 4) {
            double loudness = amplitude(hertz, start);
            if (loudness > loudest) {
                loudest = loudness;
                best = start;
            }
        }
        return loudest > LOUD_ENOUGH && loudest > 4 * amplitude(otherHertz, best);
    }

    private double amplitude(int hertz, int start) {
        double coefficient = 2 * Math.cos(2 * Math.PI * hertz / rate);
        double previous = 0;
        double beforePrevious = 0;
        for (int i = start; i < start + rate; i++) {
            double current = samples[i] + coefficient * previous - beforePrevious;
            beforePrevious = previous;
            previous = current;
        }
        double power = previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious;
        return 2 * Math.sqrt(Math.max(0, power)) / rate;
    }
}
