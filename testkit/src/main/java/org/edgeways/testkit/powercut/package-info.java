/**
 * Power cuts: what a program did to its files is recorded by strace, and the files are made anew as a cut at any moment
 * could have left them.
 */
@NullMarked
package org.edgeways.testkit.powercut;

import org.jspecify.annotations.NullMarked;
