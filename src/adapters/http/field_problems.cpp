#include "adapters/http/field_problems.hpp"

namespace cutroom::http {

void FieldProblems::add(std::string field, std::string problem) {
  // A bulk body can be wrong in ten thousand places; the first ones say enough.
  constexpr std::size_t kProblemsMax = 20;
  if (problems_.size() < kProblemsMax) problems_.push_back({std::move(field), std::move(problem)});
}

void FieldProblems::add(FieldProblems more) {
  for (FieldProblem& one : more.problems_) add(std::move(one.field), std::move(one.problem));
}

Error FieldProblems::error(std::string message) && {
  if (message.empty() && !problems_.empty())
    message = problems_.front().field + " " + problems_.front().problem;
  return {.code = Errc::invalid_input, .message = std::move(message), .fields = std::move(problems_)};
}

}  // namespace cutroom::http
