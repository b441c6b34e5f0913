import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.IntegerData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.xform.util.XFormUtils;

/**
 * Fills forms as a person would, in JavaRosa, the engine of ODK Collect.
 *
 * Arguments: the fields to print. Standard input: one person a line, the form's path and
 * NAME=VALUE separated by tabs. Standard output, for each: OK and the values of the fields, or
 * REFUSED and the question that refused.
 */
public class Fill {
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Map<String, String> answers = new HashMap<>();
      String[] fields = line.split("\t");
      for (String field : Arrays.copyOfRange(fields, 1, fields.length)) {
        int equals = field.indexOf('=');
        if (equals > 0) answers.put(field.substring(0, equals), field.substring(equals + 1));
      }
      out.println(fill(fields[0], args, answers));
    }
  }

  private static String fill(String path, String[] wanted, Map<String, String> answers)
      throws Exception {
    FormDef form;
    try (FileInputStream xml = new FileInputStream(path)) {
      form = XFormUtils.getFormFromInputStream(xml);
    }
    form.initialize(true, new InstanceInitializationFactory());
    FormEntryModel model = new FormEntryModel(form);
    FormEntryController controller = new FormEntryController(model);
    while (controller.stepToNextEvent() != FormEntryController.EVENT_END_OF_FORM) {
      if (model.getEvent() != FormEntryController.EVENT_QUESTION) continue;
      FormEntryPrompt prompt = model.getQuestionPrompt();
      FormIndex index = model.getFormIndex();
      String name = index.getReference().getNameLast();
      if (prompt.isReadOnly()) continue;
      IAnswerData answer = answer(prompt, answers.get(name));
      int status = controller.answerQuestion(index, answer, true);
      if (status != FormEntryController.ANSWER_OK) return "REFUSED\t" + name;
    }
    StringBuilder found = new StringBuilder("OK");
    for (String name : wanted) found.append('\t').append(value(form, name));
    return found.toString();
  }

  private static IAnswerData answer(FormEntryPrompt prompt, String text) {
    if (text == null || text.isEmpty()) return null;
    if (prompt.getControlType() == Constants.CONTROL_SELECT_ONE) {
      return new SelectOneData(new Selection(text));
    }
    if (prompt.getDataType() == Constants.DATATYPE_INTEGER) {
      return new IntegerData(Integer.parseInt(text));
    }
    return new StringData(text);
  }

  private static String value(FormDef form, String name) {
    TreeElement node = form.getMainInstance().getRoot().getFirstChild(name);
    return node.getValue() == null ? "" : node.getValue().uncast().getString();
  }
}
