package dev.marque.training;

import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The charts of the model card, as PNG files. */
final class Charts {

  private static final Color INK = new Color(0x1f, 0x2a, 0x37);
  private static final Color ACCENT = new Color(0x0b, 0x5c, 0x9e);

  private Charts() {}

  /** Returns the confusion matrix by brand (rows) and answer (columns), in percent per brand. */
  static byte[] confusion(Evaluation evaluation) throws IOException {
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(1000)
            .height(860)
            .title("Confusion matrix, in percent of each brand's photos")
            .xAxisTitle("predicted brand")
            .yAxisTitle("actual brand")
            .build();
    List<String> names = evaluation.brands().stream().map(Evaluation.Brand::brand).toList();
    List<String> upwards = new ArrayList<>(names);
    Collections.reverse(upwards);
    List<Number[]> cells = new ArrayList<>();
    for (int answer = 0; answer < names.size(); answer++) {
      for (int row = 0; row < names.size(); row++) {
        int brand = names.size() - 1 - row;
        int photos = Math.max(1, evaluation.brands().get(brand).photos());
        int share = Math.round(100f * evaluation.confusion()[brand][answer] / photos);
        cells.add(new Number[] {answer, row, share});
      }
    }
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setChartFontColor(INK);
    chart.getStyler().setXAxisLabelRotation(90);
    chart.getStyler().setLegendVisible(true);
    chart.getStyler().setRangeColors(new Color[] {Color.WHITE, ACCENT});
    chart.addSeries("share", names, upwards, cells);
    return BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
  }

  /** Returns the reliability diagram: measured accuracy by claimed accuracy. */
  static byte[] reliability(Evaluation evaluation) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(640)
            .height(520)
            .title("Reliability diagram")
            .xAxisTitle("claimed accuracy")
            .yAxisTitle("measured accuracy")
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setChartFontColor(INK);
    chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
    chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0).setYAxisMin(0.0).setYAxisMax(1.0);
    double[] ends = {0, 1};
    chart
        .addSeries("perfect calibration", ends, ends)
        .setMarker(SeriesMarkers.NONE)
        .setLineColor(Color.GRAY);
    double[] claimed =
        evaluation.reliability().stream().mapToDouble(Evaluation.Reliability::claimed).toArray();
    double[] accuracy =
        evaluation.reliability().stream().mapToDouble(Evaluation.Reliability::accuracy).toArray();
    chart
        .addSeries("deciles of the answers", claimed, accuracy)
        .setMarker(SeriesMarkers.CIRCLE)
        .setMarkerColor(ACCENT)
        .setLineColor(ACCENT);
    return BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
  }
}
