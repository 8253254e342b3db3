#include "adapters/model_onnx/sidecar.hpp"

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <toml++/toml.h>

namespace cutroom::model_onnx {
namespace {

using imaging::ModelSpec;

constexpr std::size_t kBytesMax = 64U << 10U;  // Sidecars have about one thousandth of it.

template <class T>
using Words = std::vector<std::pair<std::string_view, T>>;

std::string shown(const toml::node& node) {
  std::ostringstream out;
  out << toml::toml_formatter{node, toml::toml_formatter::default_flags};
  return out.str();
}

// One table of the file. Remembers which keys were asked for, so that misspelt ones can be told.
class Section {
 public:
  Section(const toml::table* table, std::string prefix, std::vector<FieldProblem>& problems)
      : table_(table), prefix_(std::move(prefix)), problems_(problems) {}

  void text(std::string_view key, std::string& out, bool required = false) {
    const toml::node* node = find(key, required);
    if (node == nullptr) return;
    if (const auto value = node->value_exact<std::string>()) {
      out = *value;
    } else {
      wrong(key, *node, "a text");
    }
  }

  void boolean(std::string_view key, bool& out, bool required = false) {
    const toml::node* node = find(key, required);
    if (node == nullptr) return;
    if (const auto value = node->value_exact<bool>()) {
      out = *value;
    } else {
      wrong(key, *node, "true, false");
    }
  }

  void integer(std::string_view key, int& out, std::int64_t least, std::int64_t most, bool required = false) {
    const toml::node* node = find(key, required);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= least && *value <= most) {
      out = static_cast<int>(*value);
    } else {
      wrong(key, *node, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
  }

  template <class T>
  void word(std::string_view key, T& out, const Words<T>& words) {
    const toml::node* node = find(key, false);
    if (node == nullptr) return;
    std::string allowed;
    for (const auto& [text, value] : words) {
      if (node->value_exact<std::string>() == std::string(text)) {
        out = value;
        return;
      }
      allowed += (allowed.empty() ? "" : ", ") + std::string(text);
    }
    wrong(key, *node, allowed);
  }

  void triple(std::string_view key, std::array<float, 3>& out, bool may_be_zero) {
    const toml::node* node = find(key, false);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    bool right = array != nullptr && array->size() == 3;
    for (std::size_t i = 0; right && i < 3; ++i) {
      const auto value = array->get(i)->value<double>();
      right = value && std::isfinite(*value) && (may_be_zero || *value != 0.0);
      if (right) out[i] = static_cast<float>(*value);
    }
    if (!right)
      wrong(key, *node, may_be_zero ? "three numbers (r, g, b)" : "three numbers (r, g, b), none of them 0");
  }

  // A positive number, or the word "picture_max".
  void divisor(std::string_view key, ModelSpec& spec) {
    const toml::node* node = find(key, true);
    if (node == nullptr) return;
    if (node->value_exact<std::string>() == "picture_max") {
      spec.divisor = imaging::Divisor::picture_max;
      return;
    }
    const auto value = node->is_number() ? node->value<double>() : std::nullopt;
    if (value && std::isfinite(*value) && *value > 0.0) {
      spec.divisor = imaging::Divisor::fixed;
      spec.divisor_value = static_cast<float>(*value);
    } else {
      wrong(key, *node, "a number above 0, picture_max");
    }
  }

  void hash(std::string_view key, std::string& out, std::size_t digits) {
    text(key, out);
    if (out.empty()) return;
    if (out.size() != digits || out.find_first_not_of("0123456789abcdef") != std::string::npos) {
      say(key, "is \"" + out + "\"; allowed: " + std::to_string(digits) + " lower-case hexadecimal digits");
    }
  }

  Section section(std::string_view key, bool required) {
    const toml::node* node = find(key, required);
    if (node != nullptr && !node->is_table()) wrong(key, *node, "a table");
    return {node == nullptr ? nullptr : node->as_table(), prefix_ + std::string(key) + ".", problems_};
  }

  void say(std::string_view key, std::string problem) {
    problems_.push_back({prefix_ + std::string(key), std::move(problem)});
  }

  // To be called last.
  void refuse_unknown_keys() {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
      if (!asked_.contains(std::string(key.str()))) say(key.str(), "is not a key of a model's sidecar");
    }
  }

 private:
  const toml::node* find(std::string_view key, bool required) {
    asked_.emplace(key);
    const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
    // Without the table its absence has been told already, or all of its keys are optional.
    if (node == nullptr && required && table_ != nullptr) say(key, "is missing");
    return node;
  }

  void wrong(std::string_view key, const toml::node& node, const std::string& allowed) {
    say(key, "is " + shown(node) + "; allowed: " + allowed);
  }

  const toml::table* table_;
  std::string prefix_;
  std::vector<FieldProblem>& problems_;
  std::set<std::string> asked_;
};

const Words<imaging::Filter> kFilters{{"lanczos3", imaging::Filter::lanczos3},
                                      {"bilinear", imaging::Filter::bilinear},
                                      {"bilinear_plain", imaging::Filter::bilinear_plain}};

void read_input(Section input, ModelSpec& spec) {
  using imaging::Fit;
  input.integer("width", spec.input_width, 1, 8192, true);
  input.integer("height", spec.input_height, 1, 8192, true);
  input.word(
      "fit", spec.fit,
      Words<Fit>{{"squash", Fit::squash}, {"letterbox", Fit::letterbox}, {"short_side", Fit::short_side}});
  input.integer("multiple", spec.multiple, 1, 1024);
  input.word("filter", spec.filter, kFilters);
  input.word(
      "order", spec.order,
      Words<imaging::ChannelOrder>{{"rgb", imaging::ChannelOrder::rgb}, {"bgr", imaging::ChannelOrder::bgr}});
  input.refuse_unknown_keys();
}

void read_scale(Section scale, ModelSpec& spec) {
  scale.divisor("divisor", spec);
  scale.triple("mean", spec.mean, true);
  scale.triple("std", spec.std, false);
  scale.refuse_unknown_keys();
}

void read_output(Section output, ModelSpec& spec) {
  using imaging::Activation;
  using imaging::OutputKind;
  output.integer("index", spec.output_index, 0, 255);
  output.integer("channel", spec.output_channel, 0, 255);
  output.word("kind", spec.output_kind,
              Words<OutputKind>{{"alpha", OutputKind::alpha}, {"classes", OutputKind::classes}});
  output.word("activation", spec.activation,
              Words<Activation>{{"none", Activation::none}, {"sigmoid", Activation::sigmoid}});
  output.boolean("minmax", spec.minmax);
  output.word("filter", spec.mask_filter, kFilters);
  output.refuse_unknown_keys();
}

void read_run(Section run, ModelSpec& spec) {
  run.integer("warmup", spec.warmup_runs, 0, 10);
  run.integer("memory_mb", spec.memory_mb, 0, 1 << 20);
  run.refuse_unknown_keys();
}

ModelSpec read_all(const toml::table& file, std::string name, std::vector<FieldProblem>& problems) {
  ModelSpec spec;
  spec.name = std::move(name);
  Section root(&file, "", problems);
  root.word("task", spec.task,
            Words<imaging::Task>{{"segment", imaging::Task::segment}, {"faces", imaging::Task::faces}});
  root.text("file", spec.file, true);
  if (spec.file.find('/') != std::string::npos || spec.file == "." || spec.file == "..") {
    root.say("file", "is \"" + spec.file + "\"; allowed: a file name without a folder");
  }
  root.hash("sha256", spec.sha256, 64);
  root.hash("md5", spec.md5, 32);
  root.text("source", spec.source);
  root.text("licence", spec.licence, true);
  root.boolean("commercial", spec.commercial, true);
  read_input(root.section("input", true), spec);
  read_scale(root.section("scale", true), spec);
  read_output(root.section("output", false), spec);
  read_run(root.section("run", false), spec);
  root.refuse_unknown_keys();
  return spec;
}

Error broken(const std::string& file, std::vector<FieldProblem> problems) {
  std::string message = file + ": ";
  for (std::size_t i = 0; i < problems.size(); ++i) {
    message += (i == 0 ? "" : "; ") + problems[i].field + " " + problems[i].problem;
  }
  return {.code = Errc::invalid_input, .message = std::move(message), .fields = std::move(problems)};
}

}  // namespace

Result<ModelSpec> read_sidecar(const std::filesystem::path& path) {
  const std::string file = path.filename().string();
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return Error{
        .code = Errc::not_found, .message = "There is no model sidecar " + file, .detail = path.string()};
  }
  std::string content(kBytesMax + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(in.gcount()));
  if (content.size() > kBytesMax) return broken(file, {{"file", "has more than 64 KiB"}});

  std::vector<FieldProblem> problems;
  try {
    ModelSpec spec = read_all(toml::parse(content), path.stem().string(), problems);
    if (problems.empty()) return spec;
  } catch (const toml::parse_error& error) {
    problems.push_back(
        {"line " + std::to_string(error.source().begin.line), std::string(error.description())});
  }
  return broken(file, std::move(problems));
}

}  // namespace cutroom::model_onnx
