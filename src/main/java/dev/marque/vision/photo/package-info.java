/** Reading photos that strangers send: limits, decoding, orientation, scaling. */
@NullMarked
package dev.marque.vision.photo;

import org.jspecify.annotations.NullMarked;
