/** Training and evaluation: data set, augmentation, trainer, calibration, metrics, model card. */
@NullMarked
package dev.marque.training;

import org.jspecify.annotations.NullMarked;
