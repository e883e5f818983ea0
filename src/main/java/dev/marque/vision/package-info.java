/**
 * Recognizes the brand in a photo: network, calibration, verdict, heat map. Independent of Vert.x.
 */
@NullMarked
package dev.marque.vision;

import org.jspecify.annotations.NullMarked;
