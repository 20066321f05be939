package org.edgeways.turn.engine;

/** Spreads the bits of a number over all of it (the finisher of SplitMix64). */
final class Mixing {

    private Mixing() {}

    static long mix(long bits) {
        long mixed = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
