#include "app/progress_bar.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace cutroom::app {
namespace {

constexpr int kWidth = 24;

// Running lines that are drawn at most: more than a screen can't be drawn over.
constexpr std::size_t kLinesMax = 16;

}  // namespace

ProgressBar::ProgressBar(int out_fd) : fd_(out_fd), terminal_(isatty(out_fd) != 0) {}
ProgressBar::~ProgressBar() = default;

std::size_t ProgressBar::add(std::string label) {
  lines_.push_back({.label = std::move(label), .note = {}});
  draw();
  return lines_.size() - 1;
}

void ProgressBar::update(std::size_t line, int percent, std::string note) {
  if (lines_[line].percent == percent && lines_[line].note == note) return;
  lines_[line].percent = percent;
  lines_[line].note = std::move(note);
  draw();
}

void ProgressBar::finish(std::size_t line, bool good, std::string note) {
  lines_[line].percent = good ? 100 : lines_[line].percent;
  lines_[line].note = std::move(note);
  lines_[line].state = good ? Line::State::good : Line::State::bad;
  if (!terminal_) write(text_of(lines_[line]) + "\n");
  draw();
}

void ProgressBar::draw() {
  if (!terminal_) return;
  std::string out;
  if (drawn_ > 0) out += fmt::format("\x1b[{}A", drawn_);
  out += "\r\x1b[J";
  while (settled_ < lines_.size() && lines_[settled_].state != Line::State::running)
    out += text_of(lines_[settled_++]) + "\n";
  drawn_ = 0;
  for (std::size_t i = settled_; i < lines_.size() && drawn_ < kLinesMax; ++i, ++drawn_)
    out += text_of(lines_[i]) + "\n";
  write(out);
}

std::string ProgressBar::text_of(const Line& line) const {
  if (!terminal_)
    return fmt::format("{} {}  {}", line.state == Line::State::bad ? "failed" : "done  ", line.label,
                       line.note);
  const int filled = std::clamp(line.percent, 0, 100) * kWidth / 100;
  std::string bar;
  for (int i = 0; i < kWidth; ++i) bar += i < filled ? "\u2588" : "\u2591";
  const char* colour = line.state == Line::State::good  ? "\x1b[32m"
                       : line.state == Line::State::bad ? "\x1b[31m"
                                                        : "\x1b[36m";
  return fmt::format("{}{}\x1b[0m {:>3}%  {:<24} {}", colour, bar, line.percent, line.label, line.note);
}

void ProgressBar::write(const std::string& text) const {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd_, text.data() + done, text.size() - done);
    if (n <= 0) return;  // Nobody looks any more; the work goes on.
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace cutroom::app
