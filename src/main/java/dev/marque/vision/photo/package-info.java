/** Reading untrusted photos: limits, decoding, orientation, scaling. */
@NullMarked
package dev.marque.vision.photo;

import org.jspecify.annotations.NullMarked;
