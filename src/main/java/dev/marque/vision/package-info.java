/**
 * Telling the brand from a photo: network, calibration, verdict, evidence. Nothing of Vert.x here.
 */
@NullMarked
package dev.marque.vision;

import org.jspecify.annotations.NullMarked;
