//! Latency percentiles over time, as an SVG that takes its colours from the page around it.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::load::LoadPoint;
use crate::result::{FaultWindow, LatencyPoint};
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

/// Latency over so many seconds, and when which fault was on.
#[derive(Clone, Debug)]
pub struct Latency<'a> {
    pub seconds: f64,
    pub points: Vec<Point>,
    pub faults: &'a [FaultWindow],
}

/// Percentiles at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    at_seconds: f64,
    /// In the order of [`LINES`].
    seconds: [f64; 3],
}

/// The colours that stand for p50, p95 and p99.
const LINES: [RGBColor; 3] = [P50, P95, P99];

impl From<&LatencyPoint> for Point {
    fn from(point: &LatencyPoint) -> Self {
        Self { at_seconds: point.at_seconds, seconds: [point.p50_seconds, point.p95_seconds, point.p99_seconds] }
    }
}

impl From<&LoadPoint> for Point {
    fn from(point: &LoadPoint) -> Self {
        Self { at_seconds: point.at_seconds, seconds: [point.p50_seconds, point.p95_seconds, point.p99_seconds] }
    }
}

/// The drawing; `None` when there are no points.
pub fn latency(shown: &Latency<'_>) -> Option<String> {
    if shown.points.is_empty() {
        return None;
    }
    let mut svg = String::new();
    draw(shown, SVGBackend::with_string(&mut svg, SIZE).into_drawing_area()).expect("a string takes every drawing");
    Some(svg)
}

type Backend<'a> = SVGBackend<'a>;
type DrawingError<'a> = DrawingAreaErrorKind<<Backend<'a> as DrawingBackend>::ErrorType>;

fn draw<'a>(shown: &Latency<'_>, area: DrawingArea<Backend<'a>, Shift>) -> Result<(), DrawingError<'a>> {
    let (scale, unit) = scale(shown.seconds);
    let decades = seconds_shown(&shown.points);
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .x_label_area_size(36)
        .y_label_area_size(72)
        .build_cartesian_2d(0.0..shown.seconds / scale, decades.clone().log_scale())?;
    let label = ("sans-serif", 13).into_font().color(&INK);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.15))
        .axis_style(INK.mix(0.5))
        .label_style(label)
        .x_desc(unit)
        .x_label_formatter(&moment)
        .y_label_formatter(&|value| units::duration(*value))
        .y_labels(6)
        .draw()?;

    let bands = shown.faults.iter().map(|fault| {
        let until = fault.until_seconds.max(fault.from_seconds + shown.seconds * BAND_MIN);
        let corners = [(fault.from_seconds / scale, decades.start), (until / scale, decades.end)];
        Rectangle::new(corners, FAULT.mix(0.5).filled())
    });
    chart.draw_series(bands)?;
    for (line, colour) in LINES.iter().enumerate() {
        let points =
            shown.points.iter().map(|point| (point.at_seconds / scale, point.seconds[line].max(decades.start)));
        chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?;
    }
    area.present()
}

/// The unit of the time axis, and its length in seconds: the largest that fits more than twice.
fn scale(seconds: f64) -> (f64, &'static str) {
    let units = [(86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute")];
    units.into_iter().find(|(unit, _)| seconds > 2.0 * unit).unwrap_or((1.0, "second"))
}

/// A moment on the time axis: whole where it is, or two short axes would call several of theirs the same.
fn moment(value: &f64) -> String {
    ((value * 100.0).round() / 100.0).to_string()
}

/// The decades that hold every value: a quiet day and an outage differ by five orders of magnitude.
fn seconds_shown(points: &[Point]) -> Range<f64> {
    let values = || points.iter().flat_map(|point| point.seconds);
    let lowest = values().fold(f64::MAX, f64::min).max(0.001);
    let highest = values().fold(lowest, f64::max);
    10f64.powf(lowest.log10().floor())..10f64.powf((highest * 1.01).log10().ceil())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::examples::failing;

    #[test]
    fn a_chart_has_its_lines_and_its_fault_bands() {
        let run = failing();
        let points = run.latency.iter().map(Point::from).collect();
        let shown = Latency { seconds: run.simulated_seconds, points, faults: &run.faults };
        let svg = latency(&shown).unwrap();
        for colour in PLACEHOLDERS {
            assert!(svg.contains(colour), "{colour}");
        }
        assert!(latency(&Latency { points: vec![], ..shown }).is_none());
    }

    #[test]
    fn time_is_shown_in_the_largest_unit_that_fits_more_than_twice() {
        let units = [20.0, 121.0, 3_600.0, 7_201.0, 30.0 * 86_400.0].map(|seconds| scale(seconds).1);
        assert_eq!(units, ["second", "minute", "minute", "hour", "day"]);
    }

    #[test]
    fn no_two_moments_on_the_axis_are_called_the_same() {
        assert_eq!([0.0, 0.5, 1.0, 2.5, 0.1 + 0.2].map(|value| moment(&value)), ["0", "0.5", "1", "2.5", "0.3"]);
    }

    #[test]
    fn whole_decades_are_shown() {
        let point = |p50, p99| Point { at_seconds: 0.0, seconds: [p50, p50, p99] };
        let shown = seconds_shown(&[point(0.4, 3.0), point(0.5, 2_000.0)]);
        assert!((shown.start - 0.1).abs() < 1e-9 && (shown.end - 10_000.0).abs() < 1e-6, "{shown:?}");
    }
}
