//! Latency percentiles over simulated time, as an SVG that takes its colours from the page around it.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::result::{LatencyPoint, RunResult};
use crate::units;

/// Width and height of the drawing, in its own units; the page scales it.
const SIZE: (u32, u32) = (960, 320);

/// Share of the width that a fault's band has at least: ten minutes of a month would not be seen.
const BAND_MIN: f64 = 0.004;

/// Colours that stand for a name. The drawing needs numbers, and the page's style sheet maps each of them to a colour
/// that fits a light or a dark page.
const INK: RGBColor = RGBColor(1, 1, 1);
const P50: RGBColor = RGBColor(2, 2, 2);
const P95: RGBColor = RGBColor(3, 3, 3);
const P99: RGBColor = RGBColor(4, 4, 4);
const FAULT: RGBColor = RGBColor(5, 5, 5);

/// The same, as the style sheet names them.
#[cfg(test)]
pub const PLACEHOLDERS: [&str; 5] = ["#010101", "#020202", "#030303", "#040404", "#050505"];

/// A percentile: the colour that stands for it, and where its value is.
type Line = (RGBColor, fn(&LatencyPoint) -> f64);

const LINES: [Line; 3] =
    [(P50, |point| point.p50_seconds), (P95, |point| point.p95_seconds), (P99, |point| point.p99_seconds)];

/// Draws the run's latency; `None` when no message was delivered.
pub fn latency(run: &RunResult) -> Option<String> {
    if run.latency.is_empty() {
        return None;
    }
    let mut svg = String::new();
    draw(run, SVGBackend::with_string(&mut svg, SIZE).into_drawing_area()).expect("a string takes every drawing");
    Some(svg)
}

type Backend<'a> = SVGBackend<'a>;
type DrawingError<'a> = DrawingAreaErrorKind<<Backend<'a> as DrawingBackend>::ErrorType>;

fn draw<'a>(run: &RunResult, area: DrawingArea<Backend<'a>, Shift>) -> Result<(), DrawingError<'a>> {
    let days = run.simulated_seconds / 86_400.0;
    let (scale, unit) = if days > 2.0 { (86_400.0, "day") } else { (3_600.0, "hour") };
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .x_label_area_size(36)
        .y_label_area_size(72)
        .build_cartesian_2d(0.0..run.simulated_seconds / scale, seconds_shown(&run.latency).log_scale())?;
    let label = ("sans-serif", 13).into_font().color(&INK);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.15))
        .axis_style(INK.mix(0.5))
        .label_style(label)
        .x_desc(unit)
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| units::duration(*value))
        .y_labels(6)
        .draw()?;

    let shown = seconds_shown(&run.latency);
    let bands = run.faults.iter().map(|fault| {
        let until = fault.until_seconds.max(fault.from_seconds + run.simulated_seconds * BAND_MIN);
        let corners = [(fault.from_seconds / scale, shown.start), (until / scale, shown.end)];
        Rectangle::new(corners, FAULT.mix(0.5).filled())
    });
    chart.draw_series(bands)?;
    for (colour, value) in LINES {
        let points = run.latency.iter().map(|point| (point.at_seconds / scale, value(point).max(shown.start)));
        chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?;
    }
    area.present()
}

/// The decades that hold every value: a quiet day and an outage differ by five orders of magnitude.
fn seconds_shown(points: &[LatencyPoint]) -> Range<f64> {
    let lowest = points.iter().map(|point| point.p50_seconds).fold(f64::MAX, f64::min).max(0.001);
    let highest = points.iter().map(|point| point.p99_seconds).fold(lowest, f64::max);
    10f64.powf(lowest.log10().floor())..10f64.powf((highest * 1.01).log10().ceil())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::examples::failing;

    #[test]
    fn a_chart_has_its_lines_and_its_fault_bands() {
        let svg = latency(&failing()).unwrap();
        for colour in PLACEHOLDERS {
            assert!(svg.contains(colour), "{colour}");
        }
        assert!(latency(&RunResult { latency: vec![], ..failing() }).is_none());
    }

    #[test]
    fn whole_decades_are_shown() {
        let point = |p50, p99| LatencyPoint {
            at_seconds: 0.0,
            messages: 1,
            p50_seconds: p50,
            p95_seconds: p50,
            p99_seconds: p99,
        };
        let shown = seconds_shown(&[point(0.4, 3.0), point(0.5, 2_000.0)]);
        assert!((shown.start - 0.1).abs() < 1e-9 && (shown.end - 10_000.0).abs() < 1e-6, "{shown:?}");
    }
}
