//! A plot with logarithmic axes.

use std::fmt::Write;

pub(crate) struct Panel {
    pub(crate) title: String,
    /// What the size counts.
    pub(crate) sized: &'static str,
    pub(crate) lines: [Line; 2],
}

pub(crate) struct Line {
    pub(crate) name: &'static str,
    /// Sizes and values, all above zero.
    pub(crate) points: Vec<(f64, f64)>,
}

const COLOURS: [&str; 2] = ["#888888", "#0b62a4"];
const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 44.0;

/// Draws the panels in so many columns.
pub(crate) fn draw(panels: &[Panel], columns: usize) -> String {
    let rows = panels.len().div_ceil(columns);
    let (width, height) = (WIDTH * columns as f64, HEIGHT * rows as f64);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    for (index, panel) in panels.iter().enumerate() {
        let (column, row) = (index % columns, index / columns);
        let (x, y) = (WIDTH * column as f64, HEIGHT * row as f64);
        writeln!(svg, "<g transform=\"translate({x} {y})\">").unwrap();
        panel.draw(&mut svg);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// A logarithmic axis over whole powers of ten.
struct Axis {
    first: i32,
    last: i32,
    start: f64,
    end: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (mut low, mut high) = (f64::MAX, f64::MIN);
        for value in values {
            low = low.min(value.log10());
            high = high.max(value.log10());
        }
        let (first, last) = (low.floor() as i32, high.ceil() as i32);
        Self {
            first,
            last: last.max(first + 1),
            start,
            end,
        }
    }

    fn at(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.first)) / f64::from(self.last - self.first);
        self.start + share * (self.end - self.start)
    }

    /// The powers of ten that get a line.
    fn powers(&self) -> impl Iterator<Item = i32> {
        let step = 1 + (self.last - self.first) / 6;
        (self.first..=self.last).step_by(step.try_into().unwrap())
    }
}

impl Panel {
    fn draw(&self, svg: &mut String) {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let x = Axis::over(points().map(|point| point.0), LEFT, WIDTH - RIGHT);
        let y = Axis::over(points().map(|point| point.1), HEIGHT - BOTTOM, TOP);
        let (left, right, top, bottom) = (LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM);
        let grid = "stroke=\"#dddddd\"";
        text(svg, left, top - 14.0, "start", "black", &self.title);
        for power in x.powers() {
            let at = x.at(10_f64.powi(power));
            line(svg, (at, top), (at, bottom), grid);
            text(svg, at, bottom + 16.0, "middle", "black", &number(power));
        }
        for power in y.powers() {
            let at = y.at(10_f64.powi(power));
            line(svg, (left, at), (right, at), grid);
            text(svg, left - 6.0, at + 4.0, "end", "black", &number(power));
        }
        text(
            svg,
            (left + right) / 2.0,
            bottom + 34.0,
            "middle",
            "black",
            self.sized,
        );
        for (index, (series, colour)) in self.lines.iter().zip(COLOURS).enumerate() {
            let mut path = String::new();
            for (size, value) in &series.points {
                write!(path, "{:.1},{:.1} ", x.at(*size), y.at(*value)).unwrap();
            }
            let path = path.trim_end();
            writeln!(
                svg,
                "<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
            )
            .unwrap();
            let below = 16.0 * (index as f64 + 1.0);
            text(svg, left + 8.0, top + below, "start", colour, series.name);
        }
    }
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), style: &str) {
    let ((x1, y1), (x2, y2)) = (from, to);
    writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {style}/>"
    )
    .unwrap();
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, colour: &str, text: &str) {
    writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{text}</text>"
    )
    .unwrap();
}

fn number(power: i32) -> String {
    match power {
        -3..=3 => format!("{}", 10_f64.powi(power)),
        _ => format!("10<tspan dy=\"-4\" font-size=\"8\">{power}</tspan>"),
    }
}
